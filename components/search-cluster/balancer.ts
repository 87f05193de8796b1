import * as pulumi from "@pulumi/pulumi";
import { SecretFiles, type ConfigFiles } from "../guest/config-files";
import { HaproxyPart } from "../guest/haproxy-part";
import type { Packages } from "../guest/packages";
import type { Machine } from "../machine/machine";
import { checkSecretFile, searchBalancerFiles } from "./balancer-files";
import { COLLECTION, SEARCH_BALANCER_PORT, type SearchMember } from "./member";

export interface SearchBalancerArgs {
    /** The machine that uses Solr. */
    machine: Machine;
    packages: Packages;
    members: pulumi.Output<SearchMember[]>;
    /** Secret. The password by which it asks a member how it is. */
    checkPassword: pulumi.Output<string>;
    /** The authority that has signed the certificates of the members, as PEM. */
    authority: pulumi.Output<string>;
    /** What must be there before whoever uses Solr is led to the members. */
    after: readonly pulumi.Resource[];
}

/** Where a machine that uses Solr finds it, whichever members are there. */
export const SEARCH_BALANCER_URL = `http://127.0.0.1:${SEARCH_BALANCER_PORT}/solr/${COLLECTION}`;

/** HAProxy on a machine that uses Solr on several others, on its loopback address: it leads to one that has the index, by TLS. */
export class SearchBalancer extends pulumi.ComponentResource {
    /** It knows the members, and no others. */
    public readonly running: ConfigFiles;

    constructor(name: string, args: SearchBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:search-cluster:SearchBalancer", name, {}, opts);

        const { machine, packages, members, checkPassword, authority, after } = args;
        const secret = new SecretFiles(
            `${name}-secret`,
            { machine, files: checkPassword.apply(checkSecretFile) },
            { parent: this, dependsOn: packages },
        );
        this.running = new HaproxyPart(
            `${name}-files`,
            {
                machine,
                files: pulumi
                    .all([members, authority, secret.revision])
                    .apply((known) => searchBalancerFiles(...known)),
            },
            { parent: this, dependsOn: [secret, ...after] },
        );
        this.registerOutputs();
    }
}
