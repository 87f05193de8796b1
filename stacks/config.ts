import * as pulumi from "@pulumi/pulumi";
import { parseConfig, type ParsedConfig } from "./config/parse";
import { ConfigError } from "./config/problem";
import { Secret, type WithSecretOutputs } from "./config/secret";

/** Pulumi exports it without declaring its type, and has no other way to ask. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };

/** The configuration of a stack: its secrets are secret outputs, and every default is filled in. */
export type StackConfig = WithSecretOutputs<ParsedConfig>;

/** The configuration of a stack of EOxServer. Each key is described in `docs/configuration.md`. */
export type EoxServerConfig = Extract<StackConfig, { product: "eoxserver" }>;

/** The configuration of a stack of DCOR. */
export type DcorConfig = Extract<StackConfig, { product: "dcor" }>;

/** The configuration of a stack of OMERO.web. */
export type OmeroWebConfig = Extract<StackConfig, { product: "omero-web" }>;

/**
 * Reads the selected stack's configuration: the only place that does.
 * Where something is wrong with it, the program ends before it has made a resource, with all that is wrong in one message.
 */
export function readConfig(): StackConfig {
    const stack = pulumi.getStack();
    const values = pulumi.runtime.allConfig();
    const secretKeys = new Set(Object.keys(values).filter((key) => isConfigSecret(key)));
    try {
        return withSecretOutputs(parseConfig(stack, `stacks/Pulumi.${stack}.yaml`, values, secretKeys));
    } catch (error) {
        // A RunError is shown as its message alone, without a stack trace.
        throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
    }
}

export function withSecretOutputs<T>(value: T): WithSecretOutputs<T>;
export function withSecretOutputs(value: unknown): unknown {
    if (value instanceof Secret) {
        return pulumi.secret(value.reveal());
    }
    if (Array.isArray(value)) {
        return value.map((part) => withSecretOutputs<unknown>(part));
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withSecretOutputs<unknown>(part)]))
        : value;
}
