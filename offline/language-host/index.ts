/**
 * Stand-in for Pulumi's Node.js language host, where the official one, which comes with the CLI's download, cannot be
 * had: the process that the engine asks which packages a program needs, and that runs programs and policy packs.
 * It prints its port on standard output and runs until the engine ends it or is gone itself.
 */
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { languageService } from "./service";

function main(): void {
    // Flags for logging and tracing may come first; the engine's address is the argument without a dash.
    const engineAddress = process.argv.slice(2).find((argument) => /^[^-].*:\d+$/.test(argument)) ?? "";
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    server.addService(LanguageRuntimeService, languageService(engineAddress));
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) {
            throw error;
        }
        process.stdout.write(`${port}\n`);
    });
    const parent = process.ppid;
    setInterval(() => {
        if (process.ppid !== parent) {
            process.exit(0);
        }
    }, 2000).unref();
}

main();
