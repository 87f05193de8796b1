import * as pulumi from "@pulumi/pulumi";
import { ckanSchema, schemaPath } from "../components/dcor/schema";
import { HAPROXY_PACKAGES, HAPROXY_UNIT } from "../components/guest/haproxy";
import type { InstallStep } from "../components/guest/install-step";
import type { Packages, PackageSet } from "../components/guest/packages";
import { Solr } from "../components/guest/solr";
import { SOLR_PORT, SOLR_USER } from "../components/guest/solr-files";
import type { UpgradeSettings } from "../components/guest/unattended-upgrades";
import type { FirewallRule, Machine } from "../components/machine/machine";
import { SEARCH_BALANCER_URL, SearchBalancer } from "../components/search-cluster/balancer";
import { SEARCH_BALANCER_PORT, ZOOKEEPER_PORTS } from "../components/search-cluster/member";
import { SearchCluster } from "../components/search-cluster/search-cluster";
import { createMembers, type ClusterMember } from "./cluster-members";
import type { DcorConfig } from "./config";
import type { StackSearch } from "./dcor-search";
import { namedOutputs } from "./further-machine";

/** A machine that CKAN is on, which uses Solr. */
export interface SearchUser {
    /** What its resources are called by, e.g. "app1"; of the first machine "solr". */
    name: string;
    machine: Machine;
    packages: Packages;
}

/**
 * The machines of `solr.machines`, each of which has the index; none where the configuration has none.
 * @param clients the machines that use it: they and the members alone reach them @param after what must be there before their firewalls say anew who reaches them
 */
export async function createSearchMembers(
    config: DcorConfig,
    first: Machine,
    { clients, ...args }: { clients: readonly Machine[]; after: readonly pulumi.Resource[]; upgrades: UpgradeSettings },
): Promise<ClusterMember[] | undefined> {
    const { machines } = config.solr;
    return (
        machines &&
        createMembers(config, first, machines, {
            ...{ ...args, ownPorts: [SOLR_PORT, ...Object.values(ZOOKEEPER_PORTS)] },
            rules: (others) => rulesOf(clients, others),
            packages: () => Solr.packagesForMachines,
        })
    );
}

/** Solr on those machines. @param users the machines that CKAN is on @param software the steps that install CKAN, and its schema */
export function createSearchCluster(
    { dcor: { version }, solr, mirrors }: DcorConfig,
    machines: readonly ClusterMember[],
    users: readonly SearchUser[],
    software: readonly InstallStep[],
): StackSearch {
    const index = { indexUrl: mirrors.pypi, proxy: mirrors.proxy };
    const schema = ckanSchema("search-schema", machines[0]!, version, index);
    const { members, password, checkPassword, authority, running } = new SearchCluster("search-server", {
        ...{ machines, heapMiB: solr.heapMiB, archiveUrl: solr.archive, proxy: mirrors.proxy },
        schema: { path: schemaPath(version), revision: schema.revision },
        // Of another version, too, it is given the schema when what there is has been backed up.
        after: [schema, ...software],
    });
    const after = [running, ...machines.map(({ closed }) => closed)];
    const led = users.map(
        ({ name, ...user }) =>
            new SearchBalancer(`${name}-search-balancer`, { ...user, members, checkPassword, authority, after })
                .running,
    );
    return {
        endpoint: {
            url: SEARCH_BALANCER_URL,
            login: { user: SOLR_USER, password },
            own: pulumi.all(machines.map(({ machine }) => machine.identity)).apply((all) => all.join(" ")),
            running: [...after, ...led],
        },
        last: [running],
        outputs: { searchUrl: SEARCH_BALANCER_URL, ...namedOutputs("searchMembers", "searchMemberSsh", machines) },
    };
}

/** Whether those who use Solr find it by an HAProxy of their own. */
type Machines = Pick<DcorConfig["solr"], "machines">;

/** What a machine needs that uses Solr beside it: Debian's packages, ports of its own, and the units that CKAN waits for. */
export const searchUserPackages = ({ machines }: Machines): PackageSet =>
    machines === undefined ? { packages: [] } : HAPROXY_PACKAGES;
export const searchUserPorts = ({ machines }: Machines): number[] =>
    machines === undefined ? [] : [SEARCH_BALANCER_PORT];
export const searchUserUnits = ({ machines }: Machines): string[] => (machines === undefined ? [] : [HAPROXY_UNIT]);

/** Who reaches a member: the machines that use it and the other members its Solr, and those its ZooKeeper, too. */
const rulesOf = (clients: readonly Machine[], others: Machine[]): FirewallRule[] => [
    {
        ...{ description: "Solr for the product and the other members", port: SOLR_PORT },
        ...{ cidrs: [], machines: [...clients, ...others] },
    },
    ...Object.values(ZOOKEEPER_PORTS).map((port) => ({
        ...{ description: "ZooKeeper of the other members", port, cidrs: [], machines: others },
    })),
];
