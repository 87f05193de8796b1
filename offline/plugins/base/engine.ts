import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import engine from "@pulumi/pulumi/proto/engine_pb";
import type { Severity } from "./resource";

/** The engine's log, which shows messages beside the resource they belong to. */
export class EngineLog {
    private client: EngineClient | undefined;
    /** Messages on their way: they are sent one after the other, since each stands on its own. */
    private last: Promise<void> = Promise.resolve();

    /** @param address host:port of the engine's service; without one messages are dropped. */
    connect(address: string | undefined): void {
        this.client?.close();
        this.client = address ? new EngineClient(address, grpc.credentials.createInsecure()) : undefined;
    }

    send(urn: string, severity: Severity, message: string, passing: boolean): void {
        const client = this.client;
        if (!client) {
            return;
        }
        const request = new engine.LogRequest()
            .setUrn(urn)
            .setSeverity(engine.LogSeverity[severity.toUpperCase() as keyof typeof engine.LogSeverity])
            .setMessage(message)
            .setEphemeral(passing);
        // A message that cannot be delivered must not fail the operation it belongs to.
        this.last = this.last.then(() => new Promise((resolve) => client.log(request, () => resolve())));
    }

    /** Resolved when everything sent so far has arrived. */
    flush(): Promise<void> {
        return this.last;
    }

    close(): void {
        this.client?.close();
    }
}
