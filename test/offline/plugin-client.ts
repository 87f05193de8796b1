import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type engine from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import provider from "@pulumi/pulumi/proto/provider_pb";
import { buildSync } from "esbuild";
import empty from "google-protobuf/google/protobuf/empty_pb";
import struct from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

/** Values as they are on the wire. */
export type Wire = Record<string, unknown>;

const signatureKey = "4dabf18193072939515e22adb298388d";
export const secret = (value: unknown) => ({ [signatureKey]: "1b47061264138c4ac30d75fd1eb44270", value });
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
export const asset = (content: Wire) => ({ [signatureKey]: "c44067f5952c0a294b673a41bacd8c17", ...content });
export const archive = (content: Wire) => ({ [signatureKey]: "0def7320c3a5731c473e5ecbe6d01bc7", ...content });

/** A plugin as the engine sees it: its own process, made of its bundle, and spoken to by gRPC. */
export class PluginClient {
    /** What the plugin has logged. */
    readonly log: { severity: number; message: string; urn: string; ephemeral: boolean }[] = [];
    private constructor(
        readonly process: ChildProcess,
        readonly startMilliseconds: number,
        private readonly client: ResourceProviderClient,
        private readonly engineServer: grpc.Server,
        /** The plugin as one file. */
        readonly bundle: string,
    ) {}

    /** @param entry the plugin's source file, from the repository's root. */
    static async start(entry: string): Promise<PluginClient> {
        const directory = mkdtempSync(join(tmpdir(), "plugin-"));
        const bundle = join(directory, "plugin.js");
        const external = ["cpu-features", "*.node"];
        buildSync({ entryPoints: [entry], bundle: true, platform: "node", outfile: bundle, external, minify: true });

        const server = new grpc.Server();
        const log: PluginClient["log"] = [];
        server.addService(EngineService, {
            log: (
                call: grpc.ServerUnaryCall<engine.LogRequest, empty.Empty>,
                done: grpc.sendUnaryData<empty.Empty>,
            ) => {
                const { severity, message, urn, ephemeral } = call.request.toObject();
                log.push({ severity, message, urn, ephemeral });
                done(null, new empty.Empty());
            },
        });
        const enginePort = await new Promise<number>((resolve, reject) =>
            server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
                error ? reject(error) : resolve(port),
            ),
        );
        const started = Date.now();
        const child = spawn(process.execPath, [bundle, `127.0.0.1:${enginePort}`], {
            stdio: ["ignore", "pipe", "inherit"],
            env: { ...process.env, SSH_AUTH_SOCK: "" },
        });
        const [port] = (await once(child.stdout, "data")) as [Buffer];
        const milliseconds = Date.now() - started;
        const address = `127.0.0.1:${port.toString().trim()}`;
        const limits = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
        const client = new ResourceProviderClient(address, grpc.credentials.createInsecure(), limits);
        const plugin = new PluginClient(child, milliseconds, client, server, bundle);
        Object.assign(plugin, { log });
        return plugin;
    }

    async stop(): Promise<void> {
        this.client.close();
        this.engineServer.forceShutdown();
        const exit = once(this.process, "exit");
        this.process.kill("SIGKILL");
        await exit;
        rmSync(dirname(this.bundle), { recursive: true });
    }

    async check(urn: string, news: Wire, olds: Wire = {}): Promise<{ inputs: Wire; failures: Record<string, string> }> {
        const request = new provider.CheckRequest().setUrn(urn).setNews(message(news)).setOlds(message(olds));
        const response = await this.call<provider.CheckResponse>((done) => this.client.check(request, done));
        const failures = response.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]);
        return {
            inputs: plain(response.getInputs()),
            failures: Object.fromEntries(failures) as Record<string, string>,
        };
    }

    /** The changes by path, e.g. `{ create: "UPDATE" }`. */
    async diff(urn: string, state: { inputs?: Wire; outputs: Wire }, news: Wire): Promise<Record<string, string>> {
        const request = new provider.DiffRequest()
            .setUrn(urn)
            .setId("id")
            .setOldInputs(state.inputs && message(state.inputs))
            .setOlds(message(state.outputs))
            .setNews(message(news));
        const response = await this.call<provider.DiffResponse>((done) => this.client.diff(request, done));
        const kinds = Object.entries(provider.PropertyDiff.Kind);
        const changes: Record<string, string> = {};
        response.getDetaileddiffMap().forEach((change: provider.PropertyDiff, path: string) => {
            changes[path] = kinds.find(([, kind]) => kind === change.getKind())?.[0] ?? "";
        });
        return changes;
    }

    async create(urn: string, inputs: Wire, options: { preview?: boolean; timeout?: number } = {}) {
        const request = new provider.CreateRequest()
            .setUrn(urn)
            .setProperties(message(inputs))
            .setPreview(options.preview ?? false)
            .setTimeout(options.timeout ?? 0);
        const response = await this.call<provider.CreateResponse>((done) => this.client.create(request, done));
        return { id: response.getId(), outputs: plain(response.getProperties()) };
    }

    async update(urn: string, olds: Wire, news: Wire, preview = false): Promise<Wire> {
        const request = new provider.UpdateRequest()
            .setUrn(urn)
            .setId("id")
            .setOlds(message(olds))
            .setNews(message(news))
            .setPreview(preview);
        const response = await this.call<provider.UpdateResponse>((done) => this.client.update(request, done));
        return plain(response.getProperties());
    }

    async delete(urn: string, outputs: Wire): Promise<void> {
        const request = new provider.DeleteRequest().setUrn(urn).setId("id").setProperties(message(outputs));
        await this.call<empty.Empty>((done) => this.client.delete(request, done));
    }

    async read(urn: string, id: string, state: { inputs?: Wire; outputs?: Wire } = {}) {
        const request = new provider.ReadRequest()
            .setUrn(urn)
            .setId(id)
            .setInputs(message(state.inputs ?? {}))
            .setProperties(message(state.outputs ?? {}));
        const response = await this.call<provider.ReadResponse>((done) => this.client.read(request, done));
        return { id: response.getId(), inputs: plain(response.getInputs()), outputs: plain(response.getProperties()) };
    }

    async invoke(token: string, args: Wire): Promise<Wire> {
        const request = new provider.InvokeRequest().setTok(token).setArgs(message(args));
        const response = await this.call<provider.InvokeResponse>((done) => this.client.invoke(request, done));
        return plain(response.getReturn());
    }

    /** The engine's request to stop what is running. */
    async cancel(): Promise<void> {
        await this.call<empty.Empty>((done) => this.client.cancel(new empty.Empty(), done));
    }

    private call<T>(work: (done: (error: grpc.ServiceError | null, response: T) => void) => unknown): Promise<T> {
        return new Promise((resolve, reject) => {
            work((error, response) => (error ? reject(new Error(error.details)) : resolve(response)));
        });
    }
}

function message(values: Wire): struct.Struct {
    return struct.Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
}

function plain(message: struct.Struct | undefined): Wire {
    return message?.toJavaScript() ?? {};
}
