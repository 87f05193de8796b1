import { z } from "zod";
import { text, wholeNumber } from "./field";
import type { MachineKeys } from "./machine";
import { firstZone, hostedZone } from "./machine/aws";
import { zoneSubnetKeys, type ZoneSubnets } from "./zone-subnets";

/** Of the subnets that are made for a load balancer, which wants 32 addresses in each. */
export const BALANCER_SUBNETS: ZoneSubnets = { network: "10.82.0.0/24", longestPrefix: 26 };

/** What a load balancer waits longer than the machine: so that it is the machine that says why there is no answer. */
const MORE_SECONDS = 10;

/** `loadBalancer`: what stands before the machine's web server. */
export const loadBalancer = () =>
    z
        .strictObject({
            certificateArn: text(
                /^arn:aws[\w-]*:acm:[a-z\d-]+:\d{12}:certificate\/[\w-]+$/,
                "the ARN of a certificate of ACM, in the machine's region",
            )
                .optional()
                .meta({
                    description: "A certificate for `serverName` that is there already, in ACM.",
                    defaultText: "one that the stack asks ACM for, by `hostedZoneId`",
                }),
            hostedZoneId: hostedZone()
                .optional()
                .meta({
                    description:
                        "The hosted zone of Route 53 in which the stack makes the record of `serverName`, and, without `certificateArn`, " +
                        "the one by which ACM gives its certificate and renews it.",
                    defaultText: "none: the record is yours to make",
                }),
            oldestTls: z
                .enum(["TLSv1.2", "TLSv1.3"])
                .default("TLSv1.2")
                .meta({ description: "The oldest version of TLS that users may speak." }),
            idleTimeoutSeconds: wholeNumber(60, 4000).optional().meta({
                unit: "seconds",
                description: "How long a connection may say nothing, and an answer be waited for.",
                defaultText: "10 more than the machine's own web server waits for an answer",
            }),
            ...zoneSubnetKeys(
                BALANCER_SUBNETS,
                "Subnets with a way to the internet, one of the machine's zone among them,",
                "the machine's, and another one",
            ),
            onDestroy: z
                .enum(["delete", "refuse"])
                .default("refuse")
                .meta({
                    description:
                        "What becomes of it when the stack is destroyed: `delete`, and its name with it, to which your own records may lead; " +
                        "or `refuse` to destroy the stack at all.",
                }),
        })
        .optional()
        .meta({
            description:
                "An Application Load Balancer before a machine on AWS, with a certificate of ACM for `serverName` (docs/more-machines.md).",
            defaultText: "none: users reach the machine itself",
        });

type LoadBalancerKeys = z.output<ReturnType<typeof loadBalancer>>;

/** The load balancer as the stacks see it. */
export type LoadBalancerConfig = NonNullable<ReturnType<typeof completeLoadBalancer>>;

/**
 * The load balancer with the defaults that follow from other values.
 * @param waitSeconds how long the machine's own web server waits for an answer
 */
export function completeLoadBalancer(given: LoadBalancerKeys, config: { machine: MachineKeys; waitSeconds: number }) {
    return (
        given && {
            ...given,
            idleTimeoutSeconds: given.idleTimeoutSeconds ?? config.waitSeconds + MORE_SECONDS,
            availabilityZones: given.availabilityZones ?? zonesBeside(config.machine),
        }
    );
}

/** The machine's zone, and another: a load balancer has two at least, and hands nothing on to a zone that it is not in. */
function zonesBeside(machine: MachineKeys): string[] | undefined {
    if (machine.platform !== "aws" || machine.network.existing !== undefined) {
        return undefined;
    }
    const { region, network } = machine;
    const own = network.args?.availabilityZone ?? firstZone(region);
    return [own, own === firstZone(region) ? `${region}b` : firstZone(region)];
}
