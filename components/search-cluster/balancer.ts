import type * as pulumi from "@pulumi/pulumi";
import { ClusterBalancer, type ClusterBalancerArgs } from "../guest/cluster-balancer";
import { checkSecretFile, searchBalancerFiles } from "./balancer-files";
import { COLLECTION, SEARCH_BALANCER_PORT, type SearchMember } from "./member";

/** Where a machine that uses Solr finds it, whichever members are there. */
export const SEARCH_BALANCER_URL = `http://127.0.0.1:${SEARCH_BALANCER_PORT}/solr/${COLLECTION}`;

/** HAProxy on a machine that uses Solr on several others, on its loopback address: it leads to one that has the index, by TLS. */
export class SearchBalancer extends ClusterBalancer<SearchMember> {
    constructor(name: string, args: ClusterBalancerArgs<SearchMember>, opts?: pulumi.ComponentResourceOptions) {
        const files = { secret: checkSecretFile, part: searchBalancerFiles };
        super("science-stacks:search-cluster:SearchBalancer", name, files, args, opts);
    }
}
