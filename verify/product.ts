import type { Context } from "./context";
import type { Outputs } from "./outputs";
import type { Row } from "./row";

/** What the rows that all products have need to know of one of them. */
export interface Product<P extends Outputs["product"] = Outputs["product"]> {
    /** The requirements of this product alone. */
    rows: readonly Row<Context<P>>[];
    /** TCP ports that users reach. */
    ports(config: Context<P>["config"]): number[];
    /** Whether the stack has a data volume. @default it has */
    hasData?(config: Context<P>["config"]): boolean;
    /** systemd units that make up the running product. */
    units(config: Context<P>["config"]): string[];
    /** The same of a machine that the product has for itself, beside the first one. @default it has none */
    onApplications?(config: Context<P>["config"]): { ports: number[]; units: string[]; isBackedUp?: boolean };
    /** Says of the services that the product uses (X12) what it has seen, or throws {@link NotHere}. */
    services(context: Context<P>): Promise<string>;
    /** A setting that is tried in a preview, and never made: how it is changed, and the lines that the preview must show. */
    trialSetting: {
        change: (config: Record<string, unknown>, parsed: Context<P>["config"]) => void;
        shows: RegExp;
    };
}
