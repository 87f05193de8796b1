import { z } from "zod";
import { zoneSubnetKeys, type ZoneSubnets } from "./zone-subnets";

/** Of the subnets that are made for servers of Amazon's. */
export const MANAGED_SUBNETS: ZoneSubnets = { network: "10.81.0.0/24", longestPrefix: 27 };

/** The keys that each server of Amazon's has. */
export const managedServer = {
    multiAz: () =>
        z.boolean().default(true).meta({
            description: "A second server in another zone takes over when the first one, or its zone, fails.",
        }),
    place: () => zoneSubnetKeys(MANAGED_SUBNETS, "Subnets", "the region's first two"),
    onDestroy: () =>
        z.enum(["delete", "refuse"]).default("refuse").meta({
            description:
                "What becomes of it when the stack is destroyed: `delete`, after a last snapshot that stays; or `refuse` to destroy the stack at all.",
        }),
};
