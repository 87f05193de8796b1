import type { Product } from "../product";
import type { Outputs } from "../outputs";
import { dcor } from "./dcor";
import { eoxserver } from "./eoxserver";
import { omeroWeb } from "./omero-web";

/** The products, by the name that a stack's output `product` has; each is given the context of its own stacks alone. */
export const products = { eoxserver, "omero-web": omeroWeb, dcor } as unknown as Record<Outputs["product"], Product>;
