import * as pulumi from "@pulumi/pulumi";
import { BALANCED, balancedServices, behindEndpoint, CHECK_SECONDS } from "../components/dcor/balanced";
import { UWSGI_PORT } from "../components/dcor/configuration-program";
import { Dcor } from "../components/dcor/dcor";
import { LONGEST_WAIT_SECONDS } from "../components/dcor/render-site";
import { OPERATOR_TOOLS } from "../components/dcor/software";
import { Balancer } from "../components/guest/balancer";
import { BALANCER_PORT } from "../components/guest/balancer-files";
import type { DataVolume } from "../components/guest/data-volume";
import { HAPROXY_PACKAGES } from "../components/guest/haproxy";
import { inTurn } from "../components/guest/in-turn";
import type { InstallStep } from "../components/guest/install-step";
import { journalLimit } from "../components/guest/log-limits";
import { together, type Packages, type PackageSet } from "../components/guest/packages";
import { PostgreSqlElsewhere } from "../components/guest/postgresql-elsewhere";
import type { PublicAddress } from "../components/guest/public-address";
import { TlsEndpoint } from "../components/guest/tls-endpoint";
import { ENDPOINT_PORT } from "../components/guest/tls-endpoint-files";
import type { UpgradeSettings } from "../components/guest/unattended-upgrades";
import type { Machine } from "../components/machine/machine";
import type { DcorConfig } from "./config";
import { dcorArgs, installSoftware, type DcorNeeds, type DcorTier } from "./dcor-application";
import { applicationBackup, scratchVolume } from "./dcor-services";
import {
    balancedServers,
    createFurtherMachine,
    namedOutputs,
    withCertificates,
    type BalancedMachine,
} from "./further-machine";
import { redisElsewhere, redisUserPackages, redisUserPorts, redisUserUnits, useRedis } from "./redis";
import { searchUserPackages, searchUserPorts, searchUserUnits } from "./search-cluster";

/** A machine for DCOR beside the stack's first one, with its software, and what HAProxy shows there. */
export interface ApplicationMachine extends BalancedMachine {
    scratch: DataVolume;
    software: InstallStep;
}

/** What a machine for DCOR needs from Debian. */
const packagesOf = ({ operatorTools, redis, solr }: DcorConfig): PackageSet =>
    together([
        ...[Dcor.buildPackages, Dcor.packages, HAPROXY_PACKAGES],
        ...[PostgreSqlElsewhere.userPackages, redisUserPackages(redis), searchUserPackages(solr)],
        // With curl, HAProxy is told that CKAN answers.
        { packages: ["curl", ...(operatorTools ? OPERATOR_TOOLS : [])] },
    ]);

/** The machines of `applications`, that of CKAN's storage first; none where DCOR is on the first one. */
export async function createApplicationMachines(
    config: DcorConfig,
    first: Machine,
    upgrades: UpgradeSettings,
): Promise<ApplicationMachine[]> {
    const { applications = {}, dcor, scratch: wanted } = config;
    const isFurther = ([role]: [string, unknown]) => Number(role !== dcor.storageMachine);
    const inOrder = Object.entries(applications).sort((one, other) => isFurther(one) - isFurther(other));
    const machines = await Promise.all(
        inOrder.map(async ([role, { machine: keys, data: volume }]) => {
            const made = await createFurtherMachine(config, first, {
                ...{ role, keys, volume, upgrades, packages: packagesOf(config), scratchGiB: wanted.sizeGiB },
                service: { description: "DCOR for nginx", port: ENDPOINT_PORT },
                ownPorts: [
                    ENDPOINT_PORT,
                    Number(UWSGI_PORT),
                    ...redisUserPorts(config.redis),
                    ...searchUserPorts(config.solr),
                ],
            });
            const { machine, packages } = made;
            journalLimit(`${role}-journal`, { machine });
            const scratch = scratchVolume(`${role}-scratch`, config, machine);
            const software = installSoftware(`${role}-dcor`, config, { machine, tools: packages });
            return { ...made, scratch, software };
        }),
    );
    return withCertificates(machines);
}

/** nginx's machine, by which the others reach the object store. */
type Front = DcorNeeds & { machine: Machine; balancer: Balancer };

/**
 * DCOR on other machines of the stack, behind HAProxy. The software is installed side by side; what runs is changed on one machine
 * after the other, each when HAProxy has found that the one before answers again. What is done once is done on the first of them.
 */
export function applicationsElsewhere(
    config: DcorConfig,
    front: Front,
    machines: readonly ApplicationMachine[],
): DcorTier {
    const { services, balancer } = front;
    const places = machines.map((each, index) => ({
        ...{ each, ...placeOf(config, front, each), isFurther: index > 0 },
    }));
    const dcor = new Dcor("dcor", dcorArgs(config, front, places));
    const seen = inTurn<(typeof places)[number], InstallStep>(places, (place, before) => {
        const { role, machine, packages, certificate, closed, lastSteps } = place.each;
        const trusted = PostgreSqlElsewhere.trust(`${role}-database`, {
            ...{ machine, packages, authority: services.databaseAuthority },
        });
        const answering = dcor.start(place, [...trusted, closed, ...before]);
        const { running } = new TlsEndpoint(`${role}-endpoint`, {
            ...{ machine, packages, certificate, ...behindEndpoint },
            timeoutSeconds: LONGEST_WAIT_SECONDS,
            after: [answering],
        });
        return balancer.sees(role, machine, [answering, ...lastSteps(running)]);
    });
    return {
        ...{ dcor, backend: `127.0.0.1:${BALANCER_PORT}`, before: seen.slice(0, 1), last: seen },
        backedUp: places.map(({ each, isFurther }, index) =>
            each.backedUp(applicationBackup(config, isFurther), seen[index]!),
        ),
        outputs: namedOutputs("applications", "applicationSsh", machines),
    };
}

/** A machine, as DCOR is started there. Redis is asked from there first. */
function placeOf({ redis: keys, solr }: DcorConfig, front: Front, each: ApplicationMachine) {
    const { role, machine, packages, data, scratch, software } = each;
    const server = redisElsewhere(keys, front.redis)!;
    const redis = useRedis(`${role}-redis`, { machine, packages }, server);
    const site = front.machine.privateAddress;
    const waitsFor = [...redisUserUnits(keys), ...searchUserUnits(solr)];
    return { name: `${role}-dcor`, machine, packages, data, scratch, software, redis, site, waitsFor };
}

/** HAProxy on the first machine, before the others; none where DCOR is on the first one. */
export function createBalancer(
    { dcor: { storageMachine } }: DcorConfig,
    { machine, packages, address }: { machine: Machine; packages: Packages; address: pulumi.Output<PublicAddress> },
    machines: readonly ApplicationMachine[],
): Balancer | undefined {
    if (machines.length === 0 || storageMachine === undefined) {
        return undefined;
    }
    return new Balancer("balancer", {
        ...{ machine, packages, product: BALANCED, front: "nginx", checkSeconds: CHECK_SECONDS },
        timeoutSeconds: LONGEST_WAIT_SECONDS,
        services: address.apply((known) => balancedServices(storageMachine, known)),
        ...balancedServers(machines, ENDPOINT_PORT),
    });
}
