import type { Client } from "ssh2";

/** The parts of ssh2 1.17's insides that are used here; its public interface sends variables without asking for a reply. */
interface Inside {
    _protocol: {
        exec(channel: number, command: string, wantReply: boolean): void;
        env(channel: number, name: string, value: string, wantReply: boolean): void;
    };
    _chanMgr: { _channels: Record<number, { outgoing: { id: number }; _callbacks: Reply[] } | undefined> };
}
type Reply = (failed: boolean | Error) => void;

const refusal =
    "This only works if the SSH server is configured to accept these variables by AcceptEnv. " +
    "Where a shell runs the command, variables may be given in the command itself, in the form 'VAR=value command'.";

/**
 * Makes the client set environment variables before the next command, and run it only when the server has taken them.
 *
 * @param needed refused by the server, the command fails without being run.
 * @param optional refused, `warn` is called and the command runs.
 */
export function setEnvironmentFirst(
    client: Client,
    needed: Record<string, string>,
    optional: Record<string, string>,
    warn: (message: string) => void,
): void {
    const names = Object.keys({ ...needed, ...optional });
    if (names.length === 0) {
        return;
    }
    const { _protocol: protocol, _chanMgr: channels } = client as unknown as Inside;
    const exec = protocol.exec.bind(protocol);
    protocol.exec = (id, command, wantReply) => {
        const channel = Object.values(channels._channels).find((candidate) => candidate?.outgoing.id === id);
        if (!channel) {
            throw new Error("this version of ssh2 keeps its channels in another way");
        }
        const ready = channel._callbacks.pop();
        let waiting = names.length;
        let failure: Error | undefined;
        // The server answers in the order of the requests.
        for (const [name, value] of [...Object.entries(needed), ...Object.entries(optional)]) {
            channel._callbacks.push((failed) => {
                if (failed && name in needed) {
                    failure ??= new Error(`could not set environment variable "${name}". ${refusal}`);
                } else if (failed) {
                    warn(`Unable to set '${name}'. ${refusal}`);
                }
                waiting--;
                if (waiting === 0 && ready) {
                    if (failure) {
                        ready(failure);
                    } else {
                        channel._callbacks.push(ready);
                        exec(id, command, wantReply);
                    }
                }
            });
            protocol.env(id, name, value, true);
        }
    };
}
