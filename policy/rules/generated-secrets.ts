import { known } from "../rule";
import { commandTexts } from "./command";

interface StackResource {
    type: string;
    name: string;
    props: Record<string, unknown>;
}

/** The outputs of a resource that are secrets by their nature. */
const SECRETS: Record<string, readonly string[]> = {
    "random:index/randomPassword:RandomPassword": ["result"],
    "tls:index/privateKey:PrivateKey": ["privateKeyPem", "privateKeyOpenssh"],
    "aws:iam/accessKey:AccessKey": ["secret"],
};

/** The commands of a stack whose text holds one of the secrets that the stack has made. */
export function leakingCommands(resources: readonly StackResource[]): string[] {
    const secrets = resources.flatMap(({ type, props }) =>
        (SECRETS[type] ?? []).flatMap((key) => known(() => props[key] as string | undefined)?.trim() || []),
    );
    return resources
        .filter(({ type }) => type.startsWith("command:"))
        .filter(({ props }) => commandTexts(props).some((text) => secrets.some((secret) => text.includes(secret))))
        .map(({ name }) => name);
}
