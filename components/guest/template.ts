import { join } from "node:path";
import { Eta } from "eta";

const scripts = join(__dirname, "..", "..", "scripts", "guest");

/** Files of configuration are not HTML, and every space of them counts: nothing is escaped, nothing is trimmed. */
const eta = new Eta({ views: scripts, autoEscape: false, autoTrim: false, defaultExtension: "", cache: true });

/**
 * The text of a template below `scripts/guest`, with the values in it.
 * A template names its values as `it.name`; it is ordinary JavaScript between `<%` and `%>`, and `-%>` swallows the line's end.
 */
export function renderTemplate(path: string, values: object): string {
    return eta.render(`./${path}`, values);
}
