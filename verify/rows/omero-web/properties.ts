import type { OmeroWebContext } from "../../context";

/** What OMERO.web has been told, by its own command; secrets among it, so never shown. */
export async function properties({ machine }: Pick<OmeroWebContext, "machine">): Promise<Map<string, string>> {
    let asked = known.get(machine);
    if (asked === undefined) {
        asked = machine.run("omero-web config get --show-password").then((text) => new Map(text.split("\n").map(pair)));
        known.set(machine, asked);
    }
    return asked;
}

/** OMERO.web's command takes seconds: it is asked once for all rows. */
const known = new WeakMap<object, Promise<Map<string, string>>>();

/** A line of properties: a name and a value. */
export function pair(line: string): [string, string] {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)];
}
