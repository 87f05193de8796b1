import type * as pulumi from "@pulumi/pulumi";
import { ckanSchema, schemaPath } from "../components/dcor/schema";
import { softwareDirectory, solrSchema } from "../components/dcor/software";
import type { DataVolume } from "../components/guest/data-volume";
import type { InstallStep } from "../components/guest/install-step";
import type { Packages } from "../components/guest/packages";
import { Solr, type SearchEndpoint } from "../components/guest/solr";
import { SOLR_PORT } from "../components/guest/solr-files";
import type { UpgradeSettings } from "../components/guest/unattended-upgrades";
import type { Machine } from "../components/machine/machine";
import { ServerCertificate } from "../components/server-certificate";
import type { ClusterMember } from "./cluster-members";
import type { DcorConfig } from "./config";
import { createFurtherMachine, type FurtherMachine } from "./further-machine";
import { createSearchCluster, type SearchUser } from "./search-cluster";

/** What answers searches: on the first machine, beside it, or elsewhere. Nothing of it is backed up: the index is made anew. */
export interface StackSearch {
    endpoint: SearchEndpoint;
    /** The last steps of a machine of its own. */
    last: InstallStep[];
    /** What the stack gives out of that machine. */
    outputs: Record<string, unknown>;
}

interface Place {
    machine: Machine;
    packages: Packages;
    data: DataVolume;
    /** The machine that Solr has for itself, or its machines where it has several. @default it has none */
    searchBeside?: FurtherMachine;
    searchMembers?: readonly ClusterMember[];
    /** The machines that CKAN is on. */
    users: readonly SearchUser[];
}

/**
 * A machine for Solr, which the machines that CKAN is on alone reach; none where the configuration has none.
 * @param clients the machines that use it @param after what must be there before its firewall says anew who reaches it
 */
export async function createSearchMachine(
    config: DcorConfig,
    first: Machine,
    {
        upgrades,
        ...users
    }: { clients: readonly Machine[]; after: readonly pulumi.Resource[]; upgrades: UpgradeSettings },
): Promise<FurtherMachine | undefined> {
    const { machine: keys, data: volume } = config.solr;
    return keys === undefined || volume === undefined
        ? undefined
        : createFurtherMachine(config, first, {
              ...{ role: "search", keys, volume, upgrades, ...users, isBackedUp: false },
              service: { description: "Solr for the product", port: SOLR_PORT },
              packages: Solr.packagesForMachines,
          });
}

/** The Solr that the configuration asks for. @param software the steps that install CKAN, and its schema */
export function createSearch(config: DcorConfig, place: Place, software: readonly InstallStep[]): StackSearch {
    const { dcor, solr, mirrors, development } = config;
    if (solr.url !== undefined) {
        return { endpoint: { url: solr.url, running: [] }, last: [], outputs: {} };
    }
    if (place.searchMembers !== undefined) {
        return createSearchCluster(config, place.searchMembers, place.users, software);
    }
    const { heapMiB, archive: archiveUrl } = solr;
    const args = { heapMiB, archiveUrl, proxy: mirrors.proxy };
    const { searchBeside: beside } = place;
    if (beside === undefined) {
        const path = solrSchema(softwareDirectory(dcor.version, development));
        const schema = { path, revision: software[0]!.revision };
        const { endpoint } = new Solr("solr", { ...place, ...args, schema, after: software });
        return { endpoint, last: [], outputs: {} };
    }
    const { machine, packages, data, closed } = beside;
    const index = { indexUrl: mirrors.pypi, proxy: mirrors.proxy };
    const schema = ckanSchema("search-schema", beside, dcor.version, index);
    const certificate = new ServerCertificate("search-tls", { address: machine.privateAddress });
    const { endpoint, running } = new Solr("search-server", {
        ...{ machine, packages, data, certificate, ...args },
        schema: { path: schemaPath(dcor.version), revision: schema.revision },
        // Of another version, too, it is given the schema when what there is has been backed up.
        after: [schema, ...software],
    });
    return {
        endpoint: { ...endpoint, running: [...endpoint.running, closed] },
        last: beside.lastSteps(running),
        outputs: { searchMachine: beside.output, searchSsh: beside.ssh },
    };
}
