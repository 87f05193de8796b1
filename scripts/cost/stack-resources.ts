import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse as parseYaml } from "yaml";
import { withSecretOutputs, type StackConfig } from "../../stacks/config";
import { parseConfig } from "../../stacks/config/parse";
import type { StackResource } from "./price";

type Keys = Record<string, unknown>;

/** What a stack would make, by its configuration alone: no account is asked, and nothing is made. */
export async function stackResources(
    stack: string,
): Promise<{ resources: StackResource[]; region: string | undefined }> {
    const given = parseConfig(stack, `stacks/Pulumi.${stack}.yaml`, valuesOf(stack), new Set(SECRET));
    const config: StackConfig = withSecretOutputs(given);
    const { machine } = config;
    if (machine.platform !== "aws") {
        return { resources: [], region: undefined };
    }
    const resources: StackResource[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs }) => {
                resources.push({ type, name, inputs: inputs as Keys });
                return { id: undefined, state: inputs as Keys };
            },
            call: () => ({}),
        },
        "science-stacks",
        stack,
        true,
    );
    const program = await programOf(config.product);
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program(config)));
    await pulumi.runtime.disconnect();
    return { resources, region: machine.region };
}

/** The function that composes a product's stack: that of `omero-web` is `omeroWeb` in stacks/omero-web.ts. */
async function programOf(product: string): Promise<(config: StackConfig) => unknown> {
    const name = product.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const module = (await import(`../../stacks/${product}`)) as Record<string, (config: StackConfig) => unknown>;
    return module[name]!;
}

/** Every section may hold something encrypted, which has no price. */
const SECRET = ["machine", "tls", "accessControl", "publicUser", "redis", "objectStore", "postgresql", "mail"].map(
    (key) => `science-stacks:${key}`,
);

/** The configuration as Pulumi would hand it over, with a stand-in for what is encrypted, and for what has no price. */
function valuesOf(stack: string): Record<string, string> {
    const file = join(__dirname, "..", "..", "stacks", `Pulumi.${stack}.yaml`);
    const given = (parseYaml(readFileSync(file, "utf8")) as { config: Keys }).config;
    const machine = given["science-stacks:machine"] as Keys | undefined;
    const filled: Keys =
        machine?.["platform"] === "aws"
            ? {
                  ...("sessionManager" in machine ? {} : { "science-stacks:firewall": { ssh: ["192.0.2.0/24"] } }),
                  ...given,
                  "science-stacks:machine": { account: "000000000000", ...machine },
              }
            : given;
    return Object.fromEntries(
        Object.entries(filled).map(([key, value]) => {
            const open = withoutSecrets(value);
            return [key, typeof open === "string" ? open : JSON.stringify(open)];
        }),
    );
}

function withoutSecrets(value: unknown): unknown {
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (Array.isArray(value)) {
        return value.map(withoutSecrets);
    }
    return "secure" in value
        ? "encrypted"
        : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutSecrets(part)]));
}
