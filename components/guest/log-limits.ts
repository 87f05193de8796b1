import type * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { ConfigFiles } from "./config-files";

/** The journal keeps to a size; else it takes a tenth of the root file system. @param sizeMiB what it may take */
export function journalLimit(
    name: string,
    { machine, sizeMiB = 200 }: { machine: Machine; sizeMiB?: number },
    opts: pulumi.CustomResourceOptions = {},
): ConfigFiles {
    return new ConfigFiles(
        name,
        {
            machine,
            files: {
                "/etc/systemd/journald.conf.d/science-stacks.conf": {
                    content: `[Journal]\nSystemMaxUse=${sizeMiB}M\n`,
                },
            },
            notify: ["systemd-journald.service:restart"],
        },
        opts,
    );
}
