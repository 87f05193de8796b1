import type { Plugin } from "../base";
import { copyFile, copyToRemote } from "./copy-to-remote";
import { localCommand, localRun } from "./local-command";
import { remoteCommand } from "./remote-command";

/**
 * Stands in for the official plugin `command` 1.2.1 where that one cannot be downloaded: the same types, inputs,
 * outputs, defaults, secrets and replacement rules, so that a state made with one shows no change under the other.
 */
export const plugin: Plugin = {
    name: "command",
    version: "1.2.1",
    resources: {
        "command:local:Command": localCommand,
        "command:remote:Command": remoteCommand,
        "command:remote:CopyToRemote": copyToRemote,
        "command:remote:CopyFile": copyFile,
    },
    functions: {
        "command:local:run": localRun,
    },
};
