import type { Duplex } from "node:stream";
import { Client } from "ssh2";
import type { AnyAuthMethod, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import type { Endpoint } from "../fields";
import { fingerprint, parseHostKey } from "../host-key";
import type { HostKey } from "../host-key";
import { readablePrivateKey } from "./keys";

/** A server that says nothing for three of these, in milliseconds, is taken for gone. */
const keepaliveInterval = 15_000;

/** What does not change between two attempts. @throws Error where a key of the endpoint cannot be read. */
export function loginSettings(endpoint: Endpoint): ConnectConfig {
    const expected = expectedHostKey(endpoint);
    return {
        host: endpoint.host,
        port: endpoint.port,
        username: endpoint.user,
        readyTimeout: endpoint.perDialTimeout * 1000,
        keepaliveInterval,
        keepaliveCountMax: 3,
        authHandler: authentication(endpoint),
        ...(expected && { algorithms: { serverHostKey: algorithmsFor(expected) } }),
    };
}

/** Logs in once. The error names user, host and cause. @param sock a connection by way of a bastion host. */
export function login(endpoint: Endpoint, signal: AbortSignal, sock?: Duplex): Promise<Client> {
    const where = `${endpoint.user}@${endpoint.host}:${endpoint.port}`;
    const expected = expectedHostKey(endpoint);
    let refused: string | undefined;
    return new Promise((resolve, reject) => {
        const client = new Client();
        const abort = () => {
            client.destroy();
            reject(new Error(`${where}: cancelled`));
        };
        signal.addEventListener("abort", abort, { once: true });
        const settled = () => signal.removeEventListener("abort", abort);
        const fail = (error: Error & { level?: string }) => {
            settled();
            client.destroy();
            reject(new Error(`${where}: ${refused ?? causeOf(error, endpoint)}`));
        };
        client.once("ready", () => {
            settled();
            client.off("error", fail).off("close", closed);
            // From here on a failure shows as the end of what is done over the connection.
            client.on("error", () => undefined);
            resolve(client);
        });
        const closed = () => fail(new Error("the server closed the connection"));
        client.on("error", fail).on("close", closed);
        client.connect({
            ...loginSettings(endpoint),
            ...(sock && { sock }),
            hostVerifier: (key: Buffer) => {
                if (expected && !key.equals(expected.data)) {
                    refused =
                        `host key mismatch: the server has ${fingerprint(key)}, ` +
                        `expected is ${expected.type} ${fingerprint(expected.data)}`;
                }
                return refused === undefined;
            },
        });
    });
}

function causeOf(error: Error & { level?: string }, endpoint: Endpoint): string {
    if (error.level === "client-authentication") {
        return `unable to authenticate, attempted: ${methodNames(endpoint).join(", ")}`;
    }
    return error.level === "client-timeout" ? `timed out after ${endpoint.perDialTimeout} s` : error.message;
}

/** The ways to log in that the endpoint allows, in the official plugin's order. */
function authentication(endpoint: Endpoint): AnyAuthMethod[] {
    const username = endpoint.user;
    const password = endpoint.password;
    const agent = agentSocket(endpoint);
    const methods: AnyAuthMethod[] = [];
    if (endpoint.privateKey !== undefined) {
        const key = readablePrivateKey(endpoint.privateKey, endpoint.privateKeyPassword);
        methods.push({ type: "publickey", username, key, passphrase: endpoint.privateKeyPassword });
    }
    if (password !== undefined) {
        methods.push({ type: "password", username, password });
        methods.push({
            type: "keyboard-interactive",
            username,
            prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
        });
    }
    if (agent !== undefined) {
        methods.push({ type: "agent", username, agent });
    }
    return methods.length > 0 ? methods : [{ type: "none", username }];
}

function methodNames(endpoint: Endpoint): string[] {
    return authentication(endpoint).map((method) => method.type);
}

/** The environment's agent is only asked where nothing else is given: it may be long gone. */
function agentSocket(endpoint: Endpoint): string | undefined {
    const other = endpoint.privateKey ?? endpoint.password;
    return endpoint.agentSocketPath ?? (other === undefined ? process.env.SSH_AUTH_SOCK || undefined : undefined);
}

/** A host key that cannot be read must not pass for none. */
function expectedHostKey({ hostKey }: Endpoint): HostKey | undefined {
    const key = hostKey === undefined ? undefined : parseHostKey(hostKey);
    if (hostKey !== undefined && !key) {
        throw new Error("the hostKey of the connection is not a line of authorized_keys");
    }
    return key;
}

/** A server has several keys and shows one of the type agreed on: only the expected one's type is any use. */
function algorithmsFor(expected: HostKey): ServerHostKeyAlgorithm[] {
    return expected.type === "ssh-rsa"
        ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"]
        : [expected.type as ServerHostKeyAlgorithm];
}
