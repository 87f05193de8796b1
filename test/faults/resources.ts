import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { giveRootDisk } from "../e2e/host";
import { cause } from "./faults";
import { MINUTE, type Tried } from "./tried";

/** What a machine runs out of, or has wrong: room, memory, names, time. */
export function resourceFaults(tried: Tried): void {
    const { stack, product } = tried;

    /** An `up` with a change, while something is wrong: how it ends, in words. */
    async function upMeanwhile(): Promise<string> {
        tried.change();
        const ended = await stack.attempt("up");
        const seconds = `${ended.seconds.toFixed(0)} s`;
        return ended.status === 0 ? `ends well (${seconds})` : `fails after ${seconds} (${cause(ended).slice(0, 240)})`;
    }

    async function fill(volume: string): Promise<void> {
        await tried.ssh(
            `fallocate --length $(df --output=avail --block-size=1 ${volume} | tail -n 1) ${join(volume, "filler")}`,
        );
        const page = await tried.status();
        const up = await upMeanwhile();
        const { failed, says } = await tried.verify();
        await tried.ssh(`rm ${join(volume, "filler")}`);
        await tried.up();
        expect((await tried.verify()).failed).toEqual([]);
        tried.note(
            `disk full: ${volume}`,
            `pages are answered with ${page}; \`verify\` fails: ${failed.join(", ")} ("${says}"); \`up\` with a changed setting ${up}; with room again \`up\` ends well, nothing lost, every row met`,
        );
    }

    test.each(product.volumes)("%s is full", fill, 15 * MINUTE);

    test(
        "the root disk is full",
        async () => {
            // The root of a local machine is a directory of its host, whose disk is nobody's to fill.
            giveRootDisk(stack.name, 6);
            await tried.expectWhole();
            await fill("/");
        },
        15 * MINUTE,
    );

    test(
        "the machine's memory is used up",
        async () => {
            // The host's own is not touched: the guest gets a limit, with a little left of it.
            const limit = `/sys/fs/cgroup/memory/science-stacks/${stack.name}/memory.limit_in_bytes`;
            expect(existsSync(limit)).toBe(true);
            const before = readFileSync(limit, "utf8").trim();
            const used = Number(readFileSync(limit.replace("limit", "usage"), "utf8"));
            let killed: string;
            try {
                writeFileSync(limit, String(used + (256 << 20)));
                killed = await tried.ssh(
                    `python3 -c 'a = []
while True: a.append(bytearray(16 << 20))' >/dev/null 2>&1 || echo "status $?"`,
                );
                await tried.expectWhole();
                killed += `; \`up\` with a changed setting ${await upMeanwhile()}`;
            } finally {
                writeFileSync(limit, before);
            }
            await tried.up();
            expect((await tried.verify()).failed).toEqual([]);
            tried.note(
                "out of memory: a program on the machine takes all of it",
                `the kernel ends that program (${killed} under the same limit); nothing lost, every row of \`verify\` met`,
            );
        },
        10 * MINUTE,
    );

    test(
        "names cannot be looked up",
        async () => {
            await tried.ssh("cp /etc/resolv.conf /etc/resolv.conf.kept; echo nameserver 127.0.0.9 >/etc/resolv.conf");
            const page = await tried.status();
            const up = await upMeanwhile();
            await tried.ssh("mv -f /etc/resolv.conf.kept /etc/resolv.conf");
            await tried.up();
            tried.note("DNS gone", `pages are answered with ${page}; \`up\` with a changed setting ${up}`);
        },
        10 * MINUTE,
    );
}
