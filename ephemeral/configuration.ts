import { parse, stringify } from "yaml";

const PREFIX = "science-stacks:";
/** As small as every product's volume may be; it is a sparse file, or a few cents. */
const DATA_GIB = 5;

/**
 * The configuration of an ephemeral stack, from that of another: the same server, small, at an address of its own, with nothing
 * that outlives it.
 */
export function ephemeralConfiguration(text: string): string {
    const document = parse(text) as { config: Record<string, unknown> };
    const data = document.config[`${PREFIX}data`] as object | undefined;
    const machine = { ...(document.config[`${PREFIX}machine`] as Record<string, unknown>) };
    delete machine["address"];
    return stringify({
        ...document,
        config: {
            ...document.config,
            [`${PREFIX}machine`]: machine,
            [`${PREFIX}data`]: { ...data, sizeGiB: DATA_GIB, onDestroy: "delete" },
        },
    });
}
