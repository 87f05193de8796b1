import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";
import type { OperationContext } from "../../base";
import type { CommandOutputs, Logging } from "../fields";
import { Output } from "../output";
import { setEnvironmentFirst } from "./environment";

export interface RemoteProcess {
    command: string;
    /** Variables that the command needs: refused by the server, it is not run. */
    environment: Record<string, string>;
    /** Variables that it may do without: refused, a warning is shown. */
    optionalEnvironment: Record<string, string>;
    stdin?: string;
    logging?: Logging;
}

/** Runs a command in the user's login shell, to its end. Fails with its exit status or signal and all of its output. */
export function runRemotely(client: Client, what: RemoteProcess, context: OperationContext): Promise<CommandOutputs> {
    const output = new Output(what.logging, context);
    setEnvironmentFirst(client, what.environment, what.optionalEnvironment, (warning) =>
        context.log("warning", warning),
    );
    return new Promise((resolve, reject) => {
        let settled = false;
        const fail = (cause: string) => {
            if (settled) {
                return;
            }
            settled = true;
            output.end();
            reject(output.failure(cause, what.command));
        };
        const cancel = () => {
            client.destroy();
            fail("cancelled; the command may still run on the machine");
        };
        if (context.signal.aborted) {
            cancel();
            return;
        }
        context.signal.addEventListener("abort", cancel, { once: true });
        client.once("close", () => fail("the connection was lost before the command ended"));

        client.exec(what.command, (error, channel) => {
            if (error) {
                fail(error.message);
                return;
            }
            const ended = ending(channel);
            channel.on("data", (data: Buffer) => output.add("stdout", data));
            channel.stderr.on("data", (data: Buffer) => output.add("stderr", data));
            // A command need not read its input.
            channel.on("error", () => undefined);
            channel.end(what.stdin ?? "");
            channel.on("close", () => {
                context.signal.removeEventListener("abort", cancel);
                const failure = ended();
                if (failure === undefined && !settled) {
                    settled = true;
                    output.end();
                    resolve(output.outputs);
                } else {
                    fail(failure ?? "cancelled");
                }
            });
        });
    });
}

/** How a command ended, to be asked once its channel is closed: `undefined` is success. */
function ending(channel: ClientChannel): () => string | undefined {
    let result: string | undefined = "remote command exited without exit status or exit signal";
    channel.on("exit", (code: number | null, signal?: string, _dumped?: boolean, description?: string) => {
        if (code === 0) {
            result = undefined;
        } else if (signal) {
            const number = (constants.signals as Record<string, number | undefined>)[
                `SIG${signal.replace(/^SIG/, "")}`
            ];
            const reason = description ? `. Reason was: ${description}` : "";
            result = `Process exited with status ${128 + (number ?? 0)} from signal ${signal.replace(/^SIG/, "")}${reason}`;
        } else {
            result = `Process exited with status ${code}`;
        }
    });
    return () => result;
}
