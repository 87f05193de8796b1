import { isIP } from "node:net";

/** An address of the internet protocol as a number. */
export interface Address {
    readonly family: 4 | 6;
    readonly value: bigint;
}

/** A network: all addresses that share the first `prefix` bits of `base`. */
export interface Network {
    readonly family: 4 | 6;
    readonly base: bigint;
    readonly prefix: number;
}

const bits = (family: 4 | 6) => (family === 4 ? 32 : 128);
const mask = (family: 4 | 6, prefix: number) => ((1n << BigInt(prefix)) - 1n) << BigInt(bits(family) - prefix);

/** @returns undefined when the text is no address. */
export function parseAddress(text: string): Address | undefined {
    switch (isIP(text)) {
        case 4:
            return { family: 4, value: text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
        case 6:
            return text.includes("%") ? undefined : { family: 6, value: parseIPv6(text) };
        default:
            return undefined;
    }
}

/** The URL parser knows each way to write an IPv6 address; it gives back the canonical one. */
function parseIPv6(text: string): bigint {
    const [head = "", tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split("::");
    const groups = (part: string) => (part === "" ? [] : part.split(":"));
    const [first, last] = [groups(head), groups(tail ?? "")];
    const zeros = Array<string>(8 - first.length - last.length).fill("0");
    return [...first, ...zeros, ...last].reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

export function formatAddress({ family, value }: Address): string {
    if (family === 4) {
        return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
    }
    const groups = [...Array(8).keys()].map((i) => ((value >> BigInt(16 * (7 - i))) & 65535n).toString(16));
    return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

export const formatNetwork = ({ family, base, prefix }: Network) =>
    `${formatAddress({ family, value: base })}/${prefix}`;

/** A network, or what is wrong with the text: the reason, and the text that was probably meant. */
export type ParsedNetwork = { network: Network } | { reason: string; suggestion?: string };

/** Reads CIDR notation strictly: an address, a slash, a prefix length, and no bits of a host. */
export function parseNetwork(text: string): ParsedNetwork {
    const [addressText = "", prefixText, ...rest] = text.split("/");
    const address = parseAddress(addressText);
    if (address === undefined || rest.length > 0) {
        return { reason: "this is no network in CIDR notation" };
    }
    const { family, value } = address;
    if (prefixText === undefined) {
        return { reason: "the length of the prefix is missing", suggestion: `${addressText}/${bits(family)}` };
    }
    const prefix = Number(prefixText);
    if (!/^(0|[1-9]\d{0,2})$/.test(prefixText) || prefix > bits(family)) {
        return { reason: `the prefix of an IPv${family} network is a number from 0 to ${bits(family)}` };
    }
    const network: Network = { family, base: value & mask(family, prefix), prefix };
    if (network.base !== value) {
        return {
            reason: "this is the address of a host with the prefix of a network",
            suggestion: formatNetwork(network),
        };
    }
    return { network };
}

export function contains(network: Network, { family, value }: Address): boolean {
    return family === network.family && (value & mask(family, network.prefix)) === network.base;
}

/** The first address of an IPv4 network that hosts may have: by convention here, the one of the host's own bridge. */
export const gatewayOf = (network: Network): Address => ({ family: network.family, value: network.base + 1n });

/** The last address of an IPv4 network, which reaches all of its hosts and is none of them. */
export const broadcastOf = ({ family, base, prefix }: Network): Address => ({
    family,
    value: base + (1n << BigInt(bits(family) - prefix)) - 1n,
});

/** The two halves of a network. */
export function halvesOf({ family, base, prefix }: Network): [Network, Network] {
    const half = { family, prefix: prefix + 1 };
    return [
        { ...half, base },
        { ...half, base: base + (1n << BigInt(bits(family) - half.prefix)) },
    ];
}

/** Whether two networks have an address in common. */
export const overlap = (one: Network, other: Network): boolean =>
    contains(one, { family: other.family, value: other.base }) ||
    contains(other, { family: one.family, value: one.base });

/** The network that a text in CIDR notation stands for; undefined for anything else. */
export function networkOf(value: unknown): Network | undefined {
    const parsed = typeof value === "string" ? parseNetwork(value) : undefined;
    return parsed !== undefined && "network" in parsed ? parsed.network : undefined;
}
