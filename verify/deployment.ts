/** The engine's mark of a secret in a state, and its two forms: encrypted, and shown by `--show-secrets`. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A resource as `pulumi stack export` gives it. */
export interface ResourceState {
    urn: string;
    type: string;
    custom: boolean;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
    protect?: boolean;
    retainOnDelete?: boolean;
}

export interface Deployment {
    resources: ResourceState[];
    pendingOperations: unknown[];
}

/** Reads what `pulumi stack export` prints. */
export function readDeployment(text: string): Deployment {
    const { deployment } = JSON.parse(text) as {
        deployment?: { resources?: ResourceState[]; pending_operations?: unknown[] };
    };
    return { resources: deployment?.resources ?? [], pendingOperations: deployment?.pending_operations ?? [] };
}

/** The name of a resource: the end of its URN. */
export function nameOf({ urn }: ResourceState): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

/** Whether a value is marked as secret. */
export function isSecret(value: unknown): boolean {
    return typeof value === "object" && value !== null && SIGNATURE in value;
}

/** A value with every secret in it, at any depth, replaced by what it holds (of a state exported with `--show-secrets`). */
export function reveal(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(reveal);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (SIGNATURE in value) {
        const { plaintext } = value as { plaintext?: string };
        return plaintext === undefined ? undefined : reveal(JSON.parse(plaintext));
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
}

/** The outputs of the stack. */
export function stackOutputs({ resources }: Deployment): Record<string, unknown> {
    const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    return reveal(stack?.outputs ?? {}) as Record<string, unknown>;
}

/** The texts that no one but root and the state's owner may read: of each generated secret, what it can be found by. */
export function generatedSecrets({ resources }: Deployment): string[] {
    const ofType = (type: string) =>
        resources.filter((resource) => resource.type === type).map((resource) => reveal(resource.outputs));
    const passwords = ofType("random:index/randomPassword:RandomPassword").map((outputs) => text(outputs, "result"));
    const keys = ofType("tls:index/privateKey:PrivateKey");
    const publicText = [
        ...keys.flatMap((outputs) => [text(outputs, "publicKeyPem"), text(outputs, "publicKeyOpenssh")]),
        ...["selfSignedCert:SelfSignedCert", "locallySignedCert:LocallySignedCert"].flatMap((kind) =>
            ofType(`tls:index/${kind}`).map((outputs) => text(outputs, "certPem")),
        ),
        ...ofType("tls:index/certRequest:CertRequest").map((outputs) => text(outputs, "certRequestPem")),
    ].join("\n");
    // A key is looked for line by line, since how its lines are joined differs from place to place.
    const keyLines = keys
        .flatMap((outputs) =>
            ["privateKeyPem", "privateKeyOpenssh", "privateKeyPemPkcs8"].map((form) => text(outputs, form)),
        )
        .flatMap((pem) => pem.split("\n"))
        .filter((line) => line.length >= 40 && !line.startsWith("-----") && !publicText.includes(line));

    return [...new Set([...passwords, ...keyLines])].filter((needle) => needle.length >= 12);
}

function text(outputs: unknown, key: string): string {
    const value = (outputs as Record<string, unknown> | undefined)?.[key];
    return typeof value === "string" ? value : "";
}
