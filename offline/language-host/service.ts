import type { ChildProcess } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import language from "@pulumi/pulumi/proto/language_pb";
import plugin from "@pulumi/pulumi/proto/plugin_pb";
import { installDependencies } from "./install";
import { readOptions } from "./options";
import { installedPackages, requiredPackages } from "./packages";
import { ended, outcome, startProgram } from "./run";
import { runArguments, runEnvironment } from "./run-request";

/** The engine's questions to a language host, answered for Node.js. Code generation is left out: `pulumi` here runs programs. */
export function languageService(engineAddress: string): ILanguageRuntimeServer {
    /** Programs that run, so that a cancelled update ends them. */
    const running = new Set<ChildProcess>();
    const track = (child: ChildProcess): ChildProcess => {
        running.add(child);
        child.once("close", () => running.delete(child));
        return child;
    };

    const answered = {
        handshake: unary(() => new language.LanguageHandshakeResponse()),
        getPluginInfo: unary(() => new plugin.PluginInfo().setVersion("1.0.0")),

        getRequiredPlugins: unary((request: language.GetRequiredPluginsRequest) =>
            new language.GetRequiredPluginsResponse().setPluginsList(
                requiredPackages(programDirectory(request.getInfo())).map(({ name, version, server }) =>
                    new plugin.PluginDependency()
                        .setName(name)
                        .setKind("resource")
                        .setVersion(version)
                        .setServer(server),
                ),
            ),
        ),

        getRequiredPackages: unary((request: language.GetRequiredPackagesRequest) =>
            new language.GetRequiredPackagesResponse().setPackagesList(
                requiredPackages(programDirectory(request.getInfo())).map(({ name, version, server }) =>
                    new plugin.PackageDependency()
                        .setName(name)
                        .setKind("resource")
                        .setVersion(version)
                        .setServer(server),
                ),
            ),
        ),

        run: unary(async (request: language.RunRequest) => {
            const info = request.getInfo();
            const child = track(
                startProgram({
                    directory: programDirectory(info),
                    starter: "run",
                    options: readOptions(optionsOf(info)),
                    args: runArguments(request, engineAddress),
                    env: runEnvironment(request, process.env),
                    cwd: request.getPwd(),
                    // The engine shows what a program prints; its own protocol goes over the network.
                    stdio: ["ignore", "inherit", "inherit"],
                }),
            );
            const { code, signal } = await ended(child);
            const { error, bail } = outcome(code, signal);
            return new language.RunResponse().setError(error).setBail(bail);
        }),

        cancel: unary(() => {
            running.forEach((child) => child.kill("SIGTERM"));
            return new Empty();
        }),

        about: unary(() => new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),

        getProgramDependencies: unary((request: language.GetProgramDependenciesRequest) => {
            const transitive = request.getTransitivedependencies();
            const packages = installedPackages(programDirectory(request.getInfo()), { transitive });
            return new language.GetProgramDependenciesResponse().setDependenciesList(
                packages.map(({ manifest }) =>
                    new language.DependencyInfo().setName(manifest.name ?? "").setVersion(manifest.version ?? ""),
                ),
            );
        }),

        installDependencies,

        /** Runs a policy pack, or a plugin that is source code, and passes on what it prints. */
        runPlugin: (call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>) => {
            const request = call.request;
            const info = request.getInfo();
            const isPolicyPack = request.getKind() === "analyzer";
            const program = programDirectory(info);
            const response = () => new language.RunPluginResponse();
            let child: ChildProcess;
            try {
                child = track(
                    startProgram({
                        directory: program,
                        starter: isPolicyPack ? "run-policy-pack" : "run-plugin",
                        options: readOptions(optionsOf(info)),
                        // A policy pack is given the engine's address before its folder, a plugin after it.
                        args: isPolicyPack ? [...request.getArgsList(), program] : [program, ...request.getArgsList()],
                        env: environment(request.getEnvList()),
                        cwd: program,
                        stdio: ["ignore", "pipe", "pipe"],
                    }),
                );
            } catch (error) {
                call.emit("error", failure(error));
                return;
            }
            child.stdout?.on("data", (chunk: Buffer) => call.write(response().setStdout(chunk)));
            child.stderr?.on("data", (chunk: Buffer) => call.write(response().setStderr(chunk)));
            call.on("cancelled", () => child.kill("SIGTERM"));
            ended(child).then(
                ({ code }) => {
                    call.write(response().setExitcode(code ?? 1));
                    call.end();
                },
                (error) => call.emit("error", failure(error)),
            );
        },
    };
    return answered as unknown as ILanguageRuntimeServer;
}

function programDirectory(info: language.ProgramInfo | undefined): string {
    return info?.getProgramDirectory() || process.cwd();
}

function optionsOf(info: language.ProgramInfo | undefined): Record<string, unknown> {
    return info?.getOptions()?.toJavaScript() ?? {};
}

/** NAME=value lines as an environment. The engine sends all of its own. */
function environment(lines: readonly string[]): NodeJS.ProcessEnv {
    const pairs = lines.map((line): [string, string] => [line.replace(/=.*/s, ""), line.replace(/^[^=]*=/, "")]);
    return { ...process.env, ...Object.fromEntries(pairs) };
}

/** A gRPC method that takes one message and answers with one; what it throws becomes the call's error. */
function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
    return (call: grpc.ServerUnaryCall<Request, Response>, callback: grpc.sendUnaryData<Response>): void => {
        Promise.resolve(call.request)
            .then(answer)
            .then(
                (response) => callback(null, response),
                (error: unknown) => callback(failure(error)),
            );
    };
}

function failure(error: unknown): grpc.ServiceError {
    const message = error instanceof Error ? error.message : String(error);
    return Object.assign(new Error(message), {
        code: grpc.status.UNKNOWN,
        details: message,
        metadata: new grpc.Metadata(),
    });
}
