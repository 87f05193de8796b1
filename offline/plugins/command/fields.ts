import { randomBytes } from "node:crypto";
import type { InputFields } from "../base";

/** What of a command's output is shown while it runs. The outputs `stdout` and `stderr` are always kept. */
export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

/** What local.Command and remote.Command have in common. */
export interface CommandInputs {
    create?: string;
    update?: string;
    delete?: string;
    triggers?: unknown[];
    environment?: Record<string, string>;
    stdin?: string;
    /** @default both */
    logging?: Logging;
    /** @default true */
    addPreviousOutputInEnv?: boolean;
}

export interface CommandOutputs {
    stdout: string;
    stderr: string;
}

/** A change of what is in the list makes a new resource, whatever it is. */
export const triggers: InputFields = { triggers: { type: "list", replace: true } };

export const processFields: InputFields = {
    environment: { type: "object", items: { type: "string" } },
    stdin: { type: "string" },
    logging: { type: "string", oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] },
    addPreviousOutputInEnv: { type: "boolean", default: true },
};

export const commandFields: InputFields = {
    ...triggers,
    ...processFields,
    create: { type: "string" },
    update: { type: "string" },
    delete: { type: "string" },
};

/** One end of an SSH connection. */
export interface Endpoint {
    host: string;
    port: number;
    user: string;
    password?: string;
    privateKey?: string;
    /** For an encrypted private key. */
    privateKeyPassword?: string;
    /** @default that of the environment, SSH_AUTH_SOCK, where neither key nor password is given */
    agentSocketPath?: string;
    /** One line of authorized_keys. Without it any host key is taken. */
    hostKey?: string;
    /** How many failed attempts are tried again; -1: without end. */
    dialErrorLimit: number;
    /** Seconds for one attempt, from TCP to login; 0: no limit. */
    perDialTimeout: number;
}

/** How to reach a machine, by a bastion host where `proxy` is given. */
export interface Connection extends Endpoint {
    proxy?: Endpoint;
}

const endpointFields: InputFields = {
    agentSocketPath: { type: "string" },
    dialErrorLimit: { type: "integer", default: 10 },
    host: { type: "string", required: true },
    hostKey: { type: "string" },
    password: { type: "string", secret: true },
    perDialTimeout: { type: "integer", default: 15 },
    port: { type: "number", default: 22 },
    privateKey: { type: "string", secret: true },
    privateKeyPassword: { type: "string", secret: true },
    user: { type: "string", default: "root" },
};

/** The whole connection is secret, and the keys and passwords in it once more, as in the official schema. */
export const connectionFields: InputFields = {
    connection: {
        type: "object",
        required: true,
        secret: true,
        fields: { ...endpointFields, proxy: { type: "object", fields: endpointFields } },
    },
};

/** What of a connection a message may name. */
export const shownOfConnection = ["host", "port", "user", "hostKey", "agentSocketPath"].flatMap((name) => [
    `connection.${name}`,
    `connection.proxy.${name}`,
]);

/** An id as the official plugin makes them: the prefix and eight hexadecimal digits. */
export function newId(prefix: string): string {
    return `${prefix}${randomBytes(4).toString("hex")}`;
}
