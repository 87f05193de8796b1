import type { Footprint } from "./footprint";
import type { Answered } from "./requests";

/** One way to install a product, on a guest of its own. Each method gives its time in seconds. */
export interface Way {
    /** From nothing: the guest is made, and the product installed in it. */
    fresh(): Promise<number>;
    /** Again, with nothing changed; throws when something was. Absent where there is no such thing. */
    unchanged?(): Promise<number>;
    /** Again, with one setting changed. */
    changed?(): Promise<number>;
    /** The rows of verify that hold; throws when one does not. */
    check?(): Promise<string[]>;
    /** Memory and disk of the whole machine. */
    footprint(): Promise<Footprint>;
    /** How the product's pages are answered under load. */
    load?(): Promise<Answered[]>;
    /** Takes everything away, whatever state it is in. */
    remove(): void;
}
