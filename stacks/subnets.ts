import type { ZoneSubnetsArgs } from "../components/machine/managed";
import { formatNetwork, halvesOf, networkOf, type Network } from "./config/network";
import type { ZoneSubnets } from "./config/zone-subnets";

type Keys = Partial<Pick<ZoneSubnetsArgs, "cidr" | "subnetIds" | "availabilityZones">>;

/** Where something is that Amazon runs, as its keys say: in a half of a network in each of two zones, unless the subnets are there. */
export function zoneSubnets({ cidr, subnetIds, availabilityZones }: Keys, { network }: ZoneSubnets): ZoneSubnetsArgs {
    const whole = cidr ?? network;
    const subnetCidrs = halvesOf(networkOf(whole) as Network).map(formatNetwork);
    return { cidr: whole, subnetCidrs, subnetIds, availabilityZones };
}
