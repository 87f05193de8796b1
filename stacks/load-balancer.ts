import type * as pulumi from "@pulumi/pulumi";
import type { Balancer } from "../components/guest/public-address";
import type { BalancedService } from "../components/machine/load-balancer";
import type { Machine } from "../components/machine/machine";
import { BALANCER_SUBNETS } from "./config/load-balancer";
import { zoneSubnets } from "./subnets";
import type { WebFront, WebPorts } from "./web-front";

/** The load balancer before the stack's first machine, as the stack's other parts use it; all of it empty where there is none. */
export interface StackLoadBalancer {
    /** As the machine's web server knows it. */
    balancer?: Balancer;
    /** Where the health check asks, for as long as the name's record is the user's affair. @default where the name leads */
    connectTo?: pulumi.Output<string>;
    /** What must be there before users are answered. */
    after: pulumi.Resource[];
    outputs: Record<string, unknown>;
}

/** What the machine answers at a port, and what it is asked to learn whether it does. */
type Services = readonly [Omit<BalancedService, "description" | "port">, ...BalancedService[]];

/**
 * Makes it, where the configuration has one: on the ports that the machine has as well. The configuration has been checked: where it
 * has one, the machine is on AWS, and the server has a name.
 * @param services the pages, and what else users reach
 */
export async function createLoadBalancer(
    { loadBalancer: keys, serverName, firewall }: WebFront,
    { httpPort, httpsPort }: WebPorts,
    machine: Machine,
    [pages, ...further]: Services,
): Promise<StackLoadBalancer> {
    const made =
        keys &&
        serverName &&
        (await machine.loadBalancer?.(
            "load-balancer",
            {
                ...keys,
                serverName,
                subnets: zoneSubnets(keys, BALANCER_SUBNETS),
                cidrs: firewall.web,
                httpPort,
                services: [{ ...pages, description: "HTTPS", port: httpsPort }, ...further],
            },
            {},
        ));
    if (!made) {
        return { after: [], outputs: {} };
    }
    const { dnsName, networks, after } = made;
    return {
        balancer: { networks, idleTimeoutSeconds: keys.idleTimeoutSeconds },
        connectTo: keys.hostedZoneId === undefined ? dnsName : undefined,
        after,
        outputs: { loadBalancer: dnsName },
    };
}
