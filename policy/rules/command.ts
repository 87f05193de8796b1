import { known, type ResourceRule } from "../rule";

const REMOTE = ["command:remote:Command", "command:remote:CopyToRemote", "command:remote:CopyFile"];
const COMMANDS = ["command:remote:Command", "command:local:Command"];

interface Login {
    hostKey?: string;
    proxy?: Login;
}

export const pinnedHostKey: ResourceRule = {
    name: "pinned-host-key",
    description: "A remote command knows the host key of the machine, and of a bastion before it.",
    violations: ({ type, props }) => {
        const connection = REMOTE.includes(type) ? known(() => props["connection"] as Login) : undefined;
        if (connection === undefined) {
            return [];
        }
        const isUnpinned = (login: Login) => known(() => !login.hostKey) === true;
        const proxy = known(() => connection.proxy);
        return [
            ...(isUnpinned(connection) ? ["connection.hostKey is not set: any machine could answer."] : []),
            ...(proxy !== undefined && isUnpinned(proxy) ? ["connection.proxy.hostKey is not set."] : []),
        ];
    },
};

export const quietCommands: ResourceRule = {
    name: "quiet-commands",
    description: "A command does not print what it writes to its standard output, nor pass it on in its environment.",
    violations: ({ type, props }) => {
        if (!COMMANDS.includes(type)) {
            return [];
        }
        const quiet = ["none", ...(type === "command:local:Command" ? ["stderr"] : [])];
        return [
            ...(known(() => quiet.includes(props["logging"] as string)) === false
                ? [`logging is none of ${quiet.join(", ")}.`]
                : []),
            ...(known(() => props["addPreviousOutputInEnv"] === false) === false
                ? ["addPreviousOutputInEnv is not false."]
                : []),
        ];
    },
};

/** The parts of a command that stand in logs, error messages and lists of processes. */
const TEXTS = ["create", "update", "delete"] as const;
const SECRET = /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b\w*(password|passwd|secret|token)\w*\s*=\s*['"]?[^\s'"$]/i;

/** The texts of a command that a preview knows. */
export const commandTexts = (props: Record<string, unknown>): string[] =>
    TEXTS.flatMap((key) => known(() => props[key] as string | undefined) ?? []);

export const noSecretInText: ResourceRule = {
    name: "no-secret-in-a-text",
    description: "A command's text holds no secret; nor does its environment, which a process shows as well.",
    violations: ({ type, props }) => {
        if (!COMMANDS.includes(type)) {
            return [];
        }
        const environment = known(() => Object.keys((props["environment"] as object | undefined) ?? {})) ?? [];
        return [
            ...(commandTexts(props).some((text) => SECRET.test(text))
                ? ["A password or a key stands in its text: give it by stdin."]
                : []),
            ...(environment.length > 0
                ? [`It has an environment (${environment.join(", ")}): give values by stdin.`]
                : []),
        ];
    },
};
