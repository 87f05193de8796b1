import type { Output } from "@pulumi/pulumi";

/**
 * A text that must not be shown. It prints as "[secret]" wherever it slips into a message, a log or JSON;
 * `stacks/config.ts` turns each of them into a secret output before anything else sees the configuration.
 */
export class Secret {
    readonly #text: string;

    constructor(text: string) {
        this.#text = text;
    }

    reveal(): string {
        return this.#text;
    }

    toString(): string {
        return "[secret]";
    }

    toJSON(): string {
        return this.toString();
    }

    [Symbol.for("nodejs.util.inspect.custom")](): string {
        return this.toString();
    }
}

/** A parsed configuration as the stacks see it: its secrets are Pulumi's secret outputs. */
export type WithSecretOutputs<T> = T extends Secret
    ? Output<string>
    : T extends object
      ? { [K in keyof T]: WithSecretOutputs<T[K]> }
      : T;
