import { completeDcor, dcorRules, dcorSchema } from "./dcor";
import { describe } from "./describe";
import { completeOmeroWeb, omeroWebRules, omeroWebSchema } from "./omero-web";
import { completeEoxServer, eoxserverRules, eoxserverSchema } from "./eoxserver";

/** What makes a product's configuration of its keys. Schemas are built when they are asked for: a program needs one alone. */
export const PRODUCTS = {
    eoxserver: once(() => {
        const schema = eoxserverSchema();
        return { schema, root: describe(schema), rules: eoxserverRules, complete: completeEoxServer };
    }),
    dcor: once(() => {
        const schema = dcorSchema();
        return { schema, root: describe(schema), rules: dcorRules, complete: completeDcor };
    }),
    "omero-web": once(() => {
        const schema = omeroWebSchema();
        return { schema, root: describe(schema), rules: omeroWebRules, complete: completeOmeroWeb };
    }),
};

export type Product = keyof typeof PRODUCTS;

function once<T>(make: () => T): () => T {
    let made: T | undefined;
    return () => (made ??= make());
}
