import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { parse as parseYaml } from "yaml";
import { parseConfig, type ParsedConfig } from "../../stacks/config/parse";
import { withSecretOutputs, type StackConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { eoxserver } from "../../stacks/eoxserver";
import { omeroWeb } from "../../stacks/omero-web";

const directory = join(__dirname, "..", "..", "stacks");

/** The stacks of AWS that come with the project. */
export const AWS_STACKS = readdirSync(directory)
    .map((file) => /^Pulumi\.(\w[\w-]*-(?:dev|prod))\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined);

type Keys = Record<string, unknown>;

/** The configuration that comes with the project. */
export const shippedKeys = (stack: string): Keys =>
    (parseYaml(readFileSync(join(directory, `Pulumi.${stack}.yaml`), "utf8")) as { config: Keys }).config;

/** What an account has of its own. */
export const OWN = { account: "123456789012", ssh: ["192.0.2.0/24", "2001:db8::/32"] };

/** A stack with what an account has of its own, and further keys of the machine. */
export function configured(stack: string, machine: Keys = {}, keys: Keys = {}): ParsedConfig {
    const shipped = shippedKeys(stack);
    return parsed(stack, {
        ...shipped,
        "science-stacks:firewall": { ssh: OWN.ssh },
        ...keys,
        "science-stacks:machine": { ...(shipped["science-stacks:machine"] as Keys), account: OWN.account, ...machine },
    });
}

export function parsed(stack: string, keys: Keys): ParsedConfig {
    const values = Object.entries(keys)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
    return parseConfig(
        stack,
        stack,
        Object.fromEntries(values) as Record<string, string>,
        new Set(["science-stacks:machine"]),
    );
}

/** A stack with servers that Amazon runs. The database's authority is only handed on: any certificate stands for it. */
export function withManaged(
    stack: string,
    { rds, elasticache }: { rds?: Keys; elasticache?: Keys },
    machine: Keys = {},
): ParsedConfig {
    const authority = rootCertificates[0];
    return configured(stack, machine, {
        ...(rds && { "science-stacks:postgresql": { authority, rds: { storageGiB: 40, ...rds } } }),
        ...(elasticache && { "science-stacks:redis": { elasticache } }),
    });
}

/** The program of a stack's product. */
export function program(config: ParsedConfig): () => unknown {
    const known: StackConfig = withSecretOutputs(config);
    switch (known.product) {
        case "dcor":
            return () => dcor(known);
        case "eoxserver":
            return () => eoxserver(known);
        case "omero-web":
            return () => omeroWeb(known);
    }
}
