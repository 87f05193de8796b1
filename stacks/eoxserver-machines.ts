import * as pulumi from "@pulumi/pulumi";
import { BALANCED, balancedInstances, CHECK_SECONDS, instancesBehind } from "../components/eoxserver/balanced";
import { EoxServer } from "../components/eoxserver/eoxserver";
import { Balancer } from "../components/guest/balancer";
import { BALANCER_PORT } from "../components/guest/balancer-files";
import { HAPROXY_PACKAGES } from "../components/guest/haproxy";
import { inTurn } from "../components/guest/in-turn";
import type { InstallStep } from "../components/guest/install-step";
import { together, type Packages } from "../components/guest/packages";
import { PostgreSqlElsewhere } from "../components/guest/postgresql-elsewhere";
import { TlsEndpoint } from "../components/guest/tls-endpoint";
import { ENDPOINT_PORT } from "../components/guest/tls-endpoint-files";
import type { Machine } from "../components/machine/machine";
import type { EoxServerConfig } from "./config";
import { eoxServerArgs, type EoxServerNeeds, type EoxServerTier } from "./eoxserver-application";
import {
    balancedServers,
    createFurtherMachine,
    namedOutputs,
    withCertificates,
    type BalancedMachine,
} from "./further-machine";

/** A machine for EOxServer beside the stack's first one, with what HAProxy shows there. */
export interface ApplicationMachine extends BalancedMachine {
    /** Begins the names of what is made there. */
    name: string;
}

/** What a machine for EOxServer needs from Debian. */
const PACKAGES = together([EoxServer.backendPackages, PostgreSqlElsewhere.userPackages, HAPROXY_PACKAGES]);

/** The machines of `applications`; none where EOxServer is on the first one. */
export async function createApplicationMachines(
    config: EoxServerConfig,
    first: Machine,
): Promise<ApplicationMachine[]> {
    const machines = await Promise.all(
        Object.entries(config.applications ?? {}).map(async ([role, { machine: keys, data: volume }]) => {
            const made = await createFurtherMachine(config, first, {
                ...{ role, keys, volume, packages: PACKAGES },
                service: { description: "EOxServer for Apache", port: ENDPOINT_PORT },
            });
            return { ...made, name: `${role}-eoxserver` };
        }),
    );
    return withCertificates(machines);
}

/** Apache's machine, from which the databases are made. */
type Front = EoxServerNeeds & {
    balancer: Balancer;
    /** What the server of the databases is verified by. @default those that Debian trusts */
    authority?: pulumi.Input<string>;
};

/**
 * EOxServer on other machines of the stack, behind HAProxy. The software is installed side by side; what runs is changed on one
 * machine after the other, each when HAProxy has found that the one before answers again.
 */
export function applicationsElsewhere(
    config: EoxServerConfig,
    front: Front,
    machines: readonly ApplicationMachine[],
): EoxServerTier {
    const { authority, storages, balancer } = front;
    const eoxserver = new EoxServer("eoxserver", eoxServerArgs(config, front, machines));
    const seen = inTurn<ApplicationMachine, InstallStep>(machines, (place, before) => {
        const { role, machine, packages, closed } = place;
        const trusted = PostgreSqlElsewhere.trust(`${role}-database`, { machine, packages, authority });
        const answering = eoxserver.start(place, [...trusted, closed, ...storages.tried, ...before]);
        const { running } = createEndpoint(config, place, answering);
        return balancer.sees(role, machine, [...answering, ...place.lastSteps(running)]);
    });
    return {
        eoxserver,
        balancer: `127.0.0.1:${BALANCER_PORT}`,
        before: seen.slice(0, 1),
        last: seen,
        backedUp: machines.map((each, index) => each.backedUp(EoxServer.backup(namesOf(config)), seen[index]!)),
        outputs: namedOutputs("applications", "applicationSsh", machines),
    };
}

const namesOf = ({ instances }: EoxServerConfig) => instances.map(({ name }) => name);

/** What HAProxy of the first machine reaches the instances on a machine by. */
function createEndpoint(
    config: EoxServerConfig,
    { role, machine, packages, certificate }: ApplicationMachine,
    answering: readonly InstallStep[],
): TlsEndpoint {
    return new TlsEndpoint(`${role}-endpoint`, {
        ...{ machine, packages, certificate, name: BALANCED },
        services: instancesBehind(namesOf(config)),
        timeoutSeconds: config.eoxserver.requestTimeoutSeconds,
        after: answering,
    });
}

/** HAProxy on the first machine, before the others; none where EOxServer is on the first one. */
export function createBalancer(
    config: EoxServerConfig,
    { machine, packages, address }: Pick<Front, "machine" | "address"> & { packages: Packages },
    machines: readonly ApplicationMachine[],
): Balancer | undefined {
    if (machines.length === 0) {
        return undefined;
    }
    return new Balancer("balancer", {
        ...{ machine, packages, product: BALANCED, front: "Apache", checkSeconds: CHECK_SECONDS },
        timeoutSeconds: config.eoxserver.requestTimeoutSeconds,
        services: address.apply((known) => balancedInstances(namesOf(config), known)),
        ...balancedServers(machines, ENDPOINT_PORT),
    });
}
