import type { Context } from "../../context";
import { ensure, type Row } from "../../row";
import { backupRow } from "./backup";
import { onEach, type StackMachine } from "./machines";
import { products } from "../products";

/** Where things come from, and what later versions add. */
export const sourceRows: Row<Context>[] = [
    backupRow,
    {
        id: "X12",
        title: "Each service is an endpoint: on this machine, another or a managed one",
        check: (context) => products[context.outputs.product].services(context),
    },
    {
        id: "X14",
        title: "Mirrors and proxies can be set; downloads are checked against a checksum",
        async check(context) {
            const { mirrors } = context.config;
            const wanted = [mirrors.apt, mirrors.aptSecurity].filter((each) => each !== undefined);
            const hosts = await onEach(context, (machine) => checkSources(machine, wanted));
            return `apt: ${hosts}, ${wanted.length > 0 ? "as configured" : "the host's own"}, each index signed; Python packages by pinned hashes from ${mirrors.pypi ? "the configured mirror" : "the host's own index"}`;
        },
    },
];

/** Where a machine's packages come from: from the mirrors that are wanted, and signed. */
async function checkSources({ ssh }: StackMachine, wanted: readonly string[]): Promise<string> {
    // What apt would fetch now: its lists may be of a mirror that was another.
    const used = await ssh.run(`apt-get --print-uris update | sed -n "s/^'\\([^']*\\)'.*/\\1/p" | sort -u`);
    ensure(used !== "", "apt has no sources");
    const missing = wanted.filter((each) => !used.split("\n").some((uri) => uri.startsWith(each.replace(/\/$/, ""))));
    ensure(missing.length === 0, `apt does not use ${missing.join(", ")}`);
    const trusted = await ssh.run(
        "apt-get indextargets --format '$(SITE) $(TRUSTED)' | grep -v ' yes$' | sort -u || true",
    );
    ensure(trusted === "", `packages of ${trusted} are taken without their signatures being checked`);
    return [...new Set(used.split("\n").map((uri) => new URL(uri).host))].join(", ");
}
