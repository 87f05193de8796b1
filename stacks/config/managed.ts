import { z } from "zod";
import { cidr, text } from "./field";

/** Of the subnets that are made for servers of Amazon's, where the configuration says nothing. */
export const MANAGED_NETWORK = "10.81.0.0/24";

/** The keys that each server of Amazon's has. */
export const managedServer = {
    multiAz: () =>
        z.boolean().default(true).meta({
            description: "A second server in another zone takes over when the first one, or its zone, fails.",
        }),
    place: () => ({
        cidr: cidr(MANAGED_NETWORK).optional().meta({
            description: "The network, /16 to /27, of the two subnets that are made for it: the VPC's second one.",
            defaultText: MANAGED_NETWORK,
        }),
        availabilityZones: z
            .array(text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'a zone of the region, e.g. "eu-central-1a"'))
            .length(2)
            .optional()
            .meta({ description: "Zones of these subnets.", defaultText: "the region's first two" }),
        subnetIds: z
            .array(text(/^subnet-[0-9a-f]{8,17}$/, 'an id of AWS, e.g. "subnet-0123456789abcdef0"'))
            .min(2)
            .optional()
            .meta({
                description:
                    "Subnets, in two zones or more, that are there already; of the VPC of `machine.network.existing`, with which they must be set.",
                defaultText: "two that are made",
            }),
    }),
    onDestroy: () =>
        z.enum(["delete", "refuse"]).default("refuse").meta({
            description:
                "What becomes of it when the stack is destroyed: `delete`, after a last snapshot that stays; or `refuse` to destroy the stack at all.",
        }),
};
