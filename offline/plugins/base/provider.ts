import type * as grpc from "@grpc/grpc-js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import plugin from "@pulumi/pulumi/proto/plugin_pb";
import provider from "@pulumi/pulumi/proto/provider_pb";
import empty from "google-protobuf/google/protobuf/empty_pb";
import type { EngineLog } from "./engine";
import { nameOf, Operations } from "./operations";
import type { OperationContext, Plugin } from "./resource";
import { diffResponse, failure, minimalSchema, unary } from "./responses";
import { checkFields } from "./schema";
import { presentPaths, redactor } from "./secrets";
import { containsUnknown } from "./values";
import type { Path } from "./values";
import { fromStruct, toStruct } from "./wire";
import type { Unwrapped } from "./wire";

type Served = Omit<IResourceProviderServer, "parameterize" | "call" | "construct" | "list">;

/**
 * The engine's ResourceProvider service (proto/pulumi/provider.proto), for one plugin. Calls that are missing here
 * (components, parameterized packages) are answered as "unimplemented" by gRPC, which the engine takes as it should.
 */
export function providerService(plug: Plugin, log: EngineLog): Served {
    const running = new Set<AbortController>();

    /** Runs one operation with its context; errors reach the engine without secret values. */
    async function operate<T>(
        call: grpc.ServerUnaryCall<object, unknown>,
        about: { urn: string; timeoutSeconds?: number; sources: Unwrapped[]; shown?: readonly string[] },
        work: (context: OperationContext) => Promise<T>,
    ): Promise<T> {
        const redact = redactor(about.sources, about.shown);
        const abort = new AbortController();
        const timer = about.timeoutSeconds && setTimeout(() => abort.abort(), about.timeoutSeconds * 1000);
        running.add(abort);
        call.on("cancelled", () => abort.abort());
        try {
            return await work({
                urn: about.urn,
                name: nameOf(about.urn),
                signal: abort.signal,
                log: (severity, message, options) =>
                    log.send(about.urn, severity, redact(message), options?.passing ?? false),
            });
        } catch (error) {
            throw new Error(redact(error instanceof Error ? error.message : String(error)));
        } finally {
            clearTimeout(timer || undefined);
            running.delete(abort);
            await log.flush();
        }
    }

    function operations(urn: string): { token: string; shown?: readonly string[]; of: Operations } {
        // urn:pulumi:<stack>::<project>::<parent types$type>::<name>
        const token = (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
        const type = plug.resources[token];
        if (!type) {
            throw new Error(`the offline stand-in for the plugin ${plug.name} has no resource type ${token}`);
        }
        return { token, shown: type.shownInErrors, of: new Operations(token, type) };
    }

    return {
        handshake: unary(() =>
            new provider.ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(true),
        ),
        attach: unary((request: plugin.PluginAttach) => {
            log.connect(request.getAddress());
            return new empty.Empty();
        }),
        getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(plug.version)),
        getSchema: unary(() => new provider.GetSchemaResponse().setSchema(JSON.stringify(minimalSchema(plug)))),
        getMapping: unary(() => new provider.GetMappingResponse()),
        getMappings: unary(() => new provider.GetMappingsResponse()),
        checkConfig: unary((request: provider.CheckRequest) =>
            new provider.CheckResponse().setInputs(request.getNews()),
        ),
        diffConfig: unary(() => new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE)),
        configure: unary(() =>
            new provider.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true).setAcceptresources(true),
        ),
        cancel: unary(() => {
            running.forEach((abort) => abort.abort());
            return new empty.Empty();
        }),

        invoke: unary(async (request: provider.InvokeRequest, call) => {
            const type = plug.functions?.[request.getTok()];
            if (!type) {
                throw new Error(`the offline stand-in for ${plug.name} has no function ${request.getTok()}`);
            }
            const args = fromStruct(request.getArgs());
            const { inputs, failures } = checkFields(args.values, type.inputs);
            if (failures.length > 0 || containsUnknown(inputs)) {
                return new provider.InvokeResponse().setFailuresList(failures.map(failure)).setReturn(toStruct({}));
            }
            return operate(call, { urn: "", sources: [args] }, async (context) => {
                const values = await type.call(inputs, context);
                const secrets: Path[] = [...args.secrets, ...(type.secretOutputs ?? []).map((name) => [name])];
                return new provider.InvokeResponse().setReturn(toStruct(values, presentPaths(secrets, values)));
            });
        }),
        check: unary(async (request: provider.CheckRequest, call) => {
            const { of } = operations(request.getUrn());
            const news = fromStruct(request.getNews());
            const olds = fromStruct(request.getOlds());
            return operate(call, { urn: request.getUrn(), sources: [news, olds] }, async () => {
                const { values, secrets, failures } = await of.check(olds, news, request.getUrn());
                return new provider.CheckResponse()
                    .setInputs(toStruct(values, secrets))
                    .setFailuresList(failures.map(failure));
            });
        }),
        diff: unary(async (request: provider.DiffRequest, call) => {
            const { of } = operations(request.getUrn());
            const olds = fromStruct(request.getOlds());
            const news = fromStruct(request.getNews());
            const inputs = request.hasOldInputs() ? fromStruct(request.getOldInputs()) : undefined;
            return operate(call, { urn: request.getUrn(), sources: [news, olds] }, () =>
                Promise.resolve(diffResponse(of.diff(request.getId(), inputs?.values, olds.values, news.values))),
            );
        }),
        create: unary(async (request: provider.CreateRequest, call) => {
            const { of, shown } = operations(request.getUrn());
            const news = fromStruct(request.getProperties());
            const about = { urn: request.getUrn(), timeoutSeconds: request.getTimeout(), sources: [news], shown };
            return operate(call, about, async (context) => {
                const { id, values, secrets } = await of.create(news, request.getPreview(), context);
                return new provider.CreateResponse().setId(id).setProperties(toStruct(values, secrets));
            });
        }),
        update: unary(async (request: provider.UpdateRequest, call) => {
            const { of, shown } = operations(request.getUrn());
            const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
            const about = { urn: request.getUrn(), timeoutSeconds: request.getTimeout(), sources: [olds, news], shown };
            return operate(call, about, async (context) => {
                const { values, secrets } = await of.update(request.getId(), olds, news, request.getPreview(), context);
                return new provider.UpdateResponse().setProperties(toStruct(values, secrets));
            });
        }),
        delete: unary(async (request: provider.DeleteRequest, call) => {
            const { of, shown } = operations(request.getUrn());
            const state = fromStruct(request.getProperties());
            const about = { urn: request.getUrn(), timeoutSeconds: request.getTimeout(), sources: [state], shown };
            return operate(call, about, async (context) => {
                await of.delete(request.getId(), state, context);
                return new empty.Empty();
            });
        }),
        read: unary(async (request: provider.ReadRequest, call) => {
            const { of, shown } = operations(request.getUrn());
            const [inputs, outputs] = [fromStruct(request.getInputs()), fromStruct(request.getProperties())];
            const about = { urn: request.getUrn(), sources: [inputs, outputs], shown };
            return operate(call, about, async (context) => {
                const state = await of.read(request.getId(), inputs, outputs, context);
                const response = new provider.ReadResponse();
                return state === undefined
                    ? response
                    : response
                          .setId(state.id)
                          .setInputs(toStruct(state.inputs.values, state.inputs.secrets))
                          .setProperties(toStruct(state.outputs.values, state.outputs.secrets));
            });
        }),
    };
}
