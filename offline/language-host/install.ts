import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ServerWritableStream } from "@grpc/grpc-js";
import { status } from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb";
import { ended } from "./run";

type InstallCall = ServerWritableStream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>;

/** `pulumi install`: npm installs what the lock file says, or, without one, what package.json says. */
export function installDependencies(call: InstallCall): void {
    const directory = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
    const command = existsSync(join(directory, "package-lock.json")) ? "ci" : "install";
    const child = spawn("npm", [command], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
    const response = () => new language.InstallDependenciesResponse();
    child.stdout.on("data", (chunk: Buffer) => call.write(response().setStdout(chunk)));
    child.stderr.on("data", (chunk: Buffer) => call.write(response().setStderr(chunk)));
    call.on("cancelled", () => child.kill("SIGTERM"));
    const fail = (details: string) => call.emit("error", { code: status.UNKNOWN, details });
    ended(child).then(
        ({ code }) => (code === 0 ? call.end() : fail(`npm ${command} in ${directory} ended with status ${code}`)),
        (error: Error) => fail(`npm could not be started: ${error.message}`),
    );
}
