/** The base of the stand-in plugins: declare resource types (resource.ts), hand them to `serve`. */
export * from "./resource";
export { serve } from "./serve";
export type { CheckFailure, InputField, InputFields } from "./schema";
export { Archive, Asset, containsUnknown, isObject, ResourceReference, UNKNOWN } from "./values";
export type { Properties, Value } from "./values";
