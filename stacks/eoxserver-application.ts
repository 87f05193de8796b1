import type * as pulumi from "@pulumi/pulumi";
import { EoxServer, type EoxServerArgs, type EoxServerPlace } from "../components/eoxserver/eoxserver";
import type { InstallStep } from "../components/guest/install-step";
import type { DatabaseEndpoint } from "../components/guest/postgresql";
import type { PublicAddress } from "../components/guest/public-address";
import type { Machine } from "../components/machine/machine";
import type { FurtherBackedUp } from "./backups";
import type { EoxServerConfig } from "./config";
import type { StackStorages } from "./eoxserver-storages";

/** EOxServer as the site in front of it needs to know it. */
export interface EoxServerTier {
    eoxserver: EoxServer;
    /** What stands before the instances where they are on other machines; undefined where they are on the site's. */
    balancer?: string;
    /** What must be there before the site leads to them. */
    before: InstallStep[];
    /** The last steps of it: after them it answers. */
    last: InstallStep[];
    /** The machines beside the first one, with what of them is backed up. */
    backedUp: FurtherBackedUp[];
    /** What the stack gives out of machines beside the first one. */
    outputs: Record<string, unknown>;
}

/** What each EOxServer of the stack is given. */
export interface EoxServerNeeds {
    /** The stack's first machine. */
    machine: Machine;
    database: DatabaseEndpoint;
    address: pulumi.Output<PublicAddress>;
    storages: StackStorages;
}

/** EOxServer on the stack's first machine. */
export function applicationHere(config: EoxServerConfig, needs: EoxServerNeeds, place: Omit<EoxServerPlace, "name">) {
    const here = { ...place, name: "eoxserver" };
    const eoxserver = new EoxServer("eoxserver", eoxServerArgs(config, needs, [here]));
    const answering = eoxserver.start(here);
    return { eoxserver, before: answering, last: answering, backedUp: [], outputs: {} } satisfies EoxServerTier;
}

/** What EOxServer is made with, wherever it is. */
export const eoxServerArgs = (
    { eoxserver, instances, mirrors }: EoxServerConfig,
    { machine, database, address, storages }: EoxServerNeeds,
    places: readonly EoxServerPlace[],
): EoxServerArgs => ({
    ...{ machine, places, database, address, instances, storages: storages.storages },
    version: eoxserver.version,
    administrator: eoxserver.admin.user,
    requestTimeoutSeconds: eoxserver.requestTimeoutSeconds,
    packageIndex: { indexUrl: mirrors.pypi, proxy: mirrors.proxy },
});
