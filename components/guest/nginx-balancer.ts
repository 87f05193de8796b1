import type { GuestFile } from "./program";
import { keepAliveSeconds, type PublicAddress } from "./public-address";
import { renderTemplate } from "./template";

/** What nginx is told of the load balancer before it, for all of its sites; nothing where there is none. */
export function balancerFiles({ balancer }: PublicAddress): Record<string, GuestFile> {
    if (balancer === undefined) {
        return {};
    }
    const values = { networks: balancer.networks, keepAliveSeconds: keepAliveSeconds(balancer) };
    return {
        "/etc/nginx/conf.d/load-balancer.conf": {
            content: renderTemplate("nginx/templates/load-balancer.conf.eta", values),
        },
    };
}
