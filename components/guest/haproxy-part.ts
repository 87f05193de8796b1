import type * as pulumi from "@pulumi/pulumi";
import { ConfigFiles, type ConfigFilesArgs } from "./config-files";
import { HAPROXY_TAKES_UP } from "./haproxy";

/**
 * What one of those that use HAProxy on a machine has it do: a file among those of the others. HAProxy takes it up without the loss of a
 * request, and goes on with what there is besides when it goes.
 */
export class HaproxyPart extends ConfigFiles {
    constructor(name: string, args: Pick<ConfigFilesArgs, "machine" | "files">, opts: pulumi.CustomResourceOptions) {
        super(name, { ...args, ...HAPROXY_TAKES_UP }, opts);
    }
}
