import { z } from "zod";
import { cidr, ipv4Address, text } from "../field";
import { broadcastOf, contains, formatAddress, gatewayOf, networkOf, parseAddress, type Network } from "../network";
import type { RelatedComplaint, Rule } from "../rule";

export const DEFAULT_NETWORK = "10.77.0.0/24";

/** A machine of the computer that Pulumi runs on. */
export const localMachine = () =>
    z.strictObject({
        platform: z
            .literal("local")
            .meta({ description: "A systemd-nspawn guest of the machine that Pulumi runs on." }),
        image: z
            .enum(["debian-12", "debian-13"])
            .default("debian-12")
            .meta({ description: "The operating system, made from the distribution's own packages." }),
        network: cidr(DEFAULT_NETWORK)
            .default(DEFAULT_NETWORK)
            .meta({
                description:
                    "The private IPv4 network of the local machines, /16 to /29. Its first address is the host's own. " +
                    "Several stacks may share it.",
            }),
        address: ipv4Address().optional().meta({
            description: "The machine's own address in `network`.",
            defaultText: "a free one, chosen when the machine is made, and kept",
        }),
        snapshot: text(/^[a-z0-9-]{1,63}$/, "the name of a snapshot")
            .optional()
            .meta({
                description:
                    "The snapshot of an installed machine that a new one begins with. `npm run ephemeral` makes it and sets this.",
                defaultText: "none: the bare operating system",
            }),
    });

/** A local machine's network is private and of a sensible size, and its address is one that a host may have there. */
export const localNetworkRule: Rule = (given) => {
    if (given("machine", "platform") !== "local") {
        return [];
    }
    const network = networkOf(given("machine", "network") ?? DEFAULT_NETWORK);
    const address = given("machine", "address");
    return network === undefined ? [] : [...networkComplaints(network), ...addressComplaints(network, address)];
};

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

function networkComplaints(network: Network): RelatedComplaint[] {
    const complain = (reason: string) => [
        { path: ["machine", "network"], reason, advice: `Give a part of ${PRIVATE.join(", ")}, from /16 to /29.` },
    ];
    const first = { family: network.family, value: network.base };
    if (!PRIVATE.some((each) => contains(networkOf(each)!, first))) {
        return complain("local machines have private IPv4 addresses");
    }
    if (network.prefix < 16) {
        return complain("so large a network may hide real ones");
    }
    return network.prefix > 29 ? complain("so small a network has no room for machines") : [];
}

function addressComplaints(network: Network, text: unknown): RelatedComplaint[] {
    const address = typeof text === "string" ? parseAddress(text) : undefined;
    if (address?.family !== 4 || network.family !== 4) {
        return [];
    }
    const [gateway, broadcast] = [gatewayOf(network), broadcastOf(network)];
    const reasons = new Map([
        [network.base, "it is the network itself"],
        [gateway.value, "it is the host's own address in the network"],
        [broadcast.value, "it is the network's broadcast address"],
    ]);
    const reason = contains(network, address) ? reasons.get(address.value) : "it is not in machine.network";
    if (reason === undefined) {
        return [];
    }
    const from = formatAddress({ family: 4, value: gateway.value + 1n });
    const to = formatAddress({ family: 4, value: broadcast.value - 1n });
    return [{ path: ["machine", "address"], reason, advice: `Give one from ${from} to ${to}, or leave it out.` }];
}
