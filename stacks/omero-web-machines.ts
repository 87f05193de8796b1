import * as pulumi from "@pulumi/pulumi";
import { Balancer } from "../components/guest/balancer";
import { BALANCER_PORT } from "../components/guest/balancer-files";
import { DataVolume } from "../components/guest/data-volume";
import { inTurn } from "../components/guest/in-turn";
import { InstallStep } from "../components/guest/install-step";
import { together } from "../components/guest/packages";
import type { Machine } from "../components/machine/machine";
import { BALANCED, OmeroWeb } from "../components/omero-web/omero-web";
import { loginPath } from "../components/omero-web/render";
import { password } from "../components/password";
import type { OmeroWebConfig } from "./config";
import { hasOwnRedis, hasSessionsVolume } from "./config/omero-web-applications";
import {
    balancedServers,
    createFurtherMachine,
    namedOutputs,
    withCertificates,
    type BalancedMachine,
} from "./further-machine";
import { commonArgs, settingsOf, type ApplicationTier, type FrontPlace } from "./omero-web-application";
import {
    redisElsewhere,
    redisForMachines,
    redisUserPackages,
    redisUserPorts,
    useRedis,
    type RedisServer,
} from "./redis";

/** A machine for OMERO.web beside the stack's first one, with what Gunicorn shows there. */
export interface ApplicationMachine extends BalancedMachine {
    name: string;
    image: string;
}

/** The machines of `applications`; none where OMERO.web is on the first one, or another stack's. */
export async function createApplicationMachines(config: OmeroWebConfig, first: Machine): Promise<ApplicationMachine[]> {
    const { port } = config.omeroWeb.applicationServer;
    const machines = await Promise.all(
        Object.entries(config.applications ?? {}).map(async ([name, { machine: keys, data: volume }]) => {
            const made = await createFurtherMachine(config, first, {
                ...{ role: name, keys, volume },
                service: { description: "OMERO.web for nginx", port },
                ownPorts: [port, ...redisUserPorts(config.redis)],
                packages: together([
                    ...[OmeroWeb.buildPackages, redisUserPackages(config.redis)],
                    // What it is asked with by the step that starts it.
                    { packages: ["openssl"] },
                ]),
            });
            return { ...made, name, image: keys.image };
        }),
    );
    return withCertificates(machines);
}

/** nginx's machine, whose firewall lets in the machines that OMERO.web is on. */
type Front = FrontPlace & { closed: pulumi.Resource };

/**
 * OMERO.web on other machines: those of the stack behind HAProxy, or one of another stack's.
 * The software is installed side by side; what runs is changed on one machine after the other, each when HAProxy has found that
 * the one before answers again.
 */
export function applicationsElsewhere(
    config: OmeroWebConfig,
    front: Front,
    machines: readonly ApplicationMachine[],
): ApplicationTier {
    if (config.backend !== undefined) {
        return { backend: config.backend, servesStatic: false, before: [], last: [], outputs: {} };
    }
    const installed = installEach(config, front, machines);
    const balancer = createBalancer(config, front, machines);
    const software = installed.map(({ web }) => web.installed);
    const cache = createSharedRedis(config, front, software);
    const seen = inTurn<(typeof installed)[number], InstallStep>(installed, ({ web, place }, before) => {
        const after = [place.closed, ...before];
        const running = web.start({ sessionCache: sessionCache(cache, place), after });
        return balancer.sees(place.name, place.machine, place.lastSteps(running));
    });
    return {
        backend: { host: "127.0.0.1", port: BALANCER_PORT },
        servesStatic: false,
        before: seen.slice(0, 1),
        last: seen,
        outputs: namedOutputs("applications", "applicationSsh", machines),
    };
}

/** OMERO.web on each machine, not started yet; with one key of Django's, so that each reads what another has signed. */
function installEach(config: OmeroWebConfig, { address }: Front, machines: readonly ApplicationMachine[]) {
    const secretKey = password("applications-secret-key", {});
    return machines.map((place) => {
        const { machine, packages, data, image, certificate } = place;
        const web = new OmeroWeb(`${place.name}-omero-web`, {
            ...{ machine, image, packages, data, certificate, secretKey, tools: packages },
            settings: pulumi.all([address, machine.privateAddress]).apply(([known, host]) => ({
                ...settingsOf(config, known),
                applicationServer: { ...config.omeroWeb.applicationServer, host },
            })),
            ...commonArgs(config),
        });
        return { place, web };
    });
}

function createBalancer(
    { omeroWeb: { prefix, timeoutSeconds, applicationServer } }: OmeroWebConfig,
    { machine, packages, address }: Front,
    machines: readonly ApplicationMachine[],
): Balancer {
    return new Balancer("balancer", {
        ...{ machine, packages, product: BALANCED, front: "nginx", timeoutSeconds },
        services: address.apply(({ serverName }) => [
            { name: BALANCED, check: { path: loginPath(prefix), host: serverName } },
        ]),
        ...balancedServers(machines, applicationServer.port),
    });
}

/**
 * What keeps the sessions, as the machines of OMERO.web are told of it: a Redis on the first machine, or elsewhere; none for files.
 * @param installed what takes its time before anybody uses Redis: an OMERO.web that moves from here answers meanwhile
 */
function createSharedRedis(
    config: OmeroWebConfig,
    { machine, packages, closed, redis }: Front,
    installed: InstallStep[],
): RedisServer | undefined {
    const data = hasSessionsVolume(config) ? new DataVolume("data", { machine, ...config.data }) : undefined;
    if (data === undefined || !hasOwnRedis(config)) {
        return config.omeroWeb.sessions === "files" ? undefined : redisElsewhere(config.redis, redis);
    }
    const { maxMemoryMiB } = config.redis;
    const program = { script: "omero-web/make-way.sh" };
    const after = [new InstallStep("applications-make-way", { machine, program }, { dependsOn: installed })];
    return redisForMachines("redis", { machine, packages, data, closed, maxMemoryMiB, after }).server;
}

/** What keeps the sessions, as a machine of OMERO.web uses it. */
const sessionCache = (server: RedisServer | undefined, place: ApplicationMachine) =>
    server && useRedis(`${place.name}-redis`, place, server);
