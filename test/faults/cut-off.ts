/** A command by which a machine neither hears others any more nor reaches them. */
export function cutOffFrom(addresses: readonly string[]): string {
    const others = `{ ${addresses.join(", ")} }`;
    return `nft -f - <<<'table inet cut {
        chain input { type filter hook input priority -300; ip saddr ${others} drop; };
        chain output { type filter hook output priority -300; ip daddr ${others} drop; };
    }'`;
}

/** A command by which it is among them again. */
export const JOIN_AGAIN = "nft delete table inet cut";
