import { status } from "@grpc/grpc-js";
import type * as grpc from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_pb";
import type { Changes, Plugin } from "./resource";
import type { CheckFailure } from "./schema";

/** A gRPC handler from a function: what it throws becomes the call's error. */
export function unary<Request extends object, Response>(
    work: (request: Request, call: grpc.ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        const run = async () => work(call.request, call);
        run().then(
            (response) => callback(null, response),
            (error: Error) => callback({ code: status.UNKNOWN, message: error.message, details: error.message }),
        );
    };
}

export function failure({ property, reason }: CheckFailure): provider.CheckFailure {
    return new provider.CheckFailure().setProperty(property).setReason(reason);
}

export function diffResponse({ changes, deleteBeforeReplace }: Changes): provider.DiffResponse {
    const response = new provider.DiffResponse().setHasdetaileddiff(true);
    const { DiffChanges } = provider.DiffResponse;
    const entries = Object.entries(changes);
    for (const [path, { kind, replace }] of entries) {
        const name = `${kind.toUpperCase()}${replace ? "_REPLACE" : ""}` as keyof typeof provider.PropertyDiff.Kind;
        const change = new provider.PropertyDiff().setKind(provider.PropertyDiff.Kind[name]).setInputdiff(true);
        response.getDetaileddiffMap().set(path, change);
        response.addDiffs(path);
        if (replace) {
            response.addReplaces(path);
        }
    }
    return response
        .setChanges(entries.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE)
        .setDeletebeforereplace(deleteBeforeReplace ?? false);
}

/** Enough for the engine to know the plugin's types. */
export function minimalSchema(plug: Plugin): object {
    const names = (tokens: object) => Object.fromEntries(Object.keys(tokens).map((token) => [token, {}]));
    return {
        name: plug.name,
        version: plug.version,
        resources: names(plug.resources),
        functions: names(plug.functions ?? {}),
    };
}
