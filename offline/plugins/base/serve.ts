import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { EngineLog } from "./engine";
import { providerService } from "./provider";
import type { Plugin } from "./resource";
import { keepBytes } from "../../../scripts/host/struct";

/**
 * Serves the plugin to the engine that started this process: prints its port on standard output, as the engine expects,
 * and runs until the engine ends it or is gone itself.
 *
 * @param args the process's arguments, in which the engine gives its own address. @default those of this process
 */
export async function serve(plug: Plugin, args: readonly string[] = process.argv.slice(2)): Promise<void> {
    keepBytes();
    const parent = process.ppid;
    const log = new EngineLog();
    log.connect(args.find((argument) => !argument.startsWith("-")));

    // The engine has no limit on the size of a message; gRPC's own, 4 MiB, is less than a state may hold.
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    server.addService(ResourceProviderService, providerService(plug, log));
    const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        ),
    );
    process.stdout.write(`${port}\n`);

    // The engine keeps its plugins out of Ctrl-C's reach; it sends SIGINT itself, and waits five seconds, when it has done.
    process.on("SIGINT", () => process.exit(0));
    setInterval(() => {
        // An engine that is killed leaves this process to another parent.
        if (process.ppid !== parent) {
            process.exit(0);
        }
    }, 2000);
}
