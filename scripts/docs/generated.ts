import { PRODUCTS } from "../../stacks/config/products";
import { stackFileSchema } from "./json-schema";
import { referencePage } from "./reference";

/** The content of each generated file, by its path in the repository. */
export function generated(): Record<string, string> {
    const roots = Object.fromEntries(Object.entries(PRODUCTS).map(([product, parts]) => [product, parts().root]));
    const schemas = Object.entries(roots).map(([product, root]) => [
        `stacks/schema/${product}.json`,
        `${JSON.stringify(stackFileSchema(product, root), undefined, 4)}\n`,
    ]);
    return {
        "docs/configuration.md": referencePage(roots),
        ...(Object.fromEntries(schemas) as Record<string, string>),
    };
}
