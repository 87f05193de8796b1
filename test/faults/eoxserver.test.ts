import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Web } from "../../verify/web";
import { powerCut } from "../e2e/host";
import { NETWORK } from "../e2e/network";
import { TestStack } from "../e2e/test-stack";
import { cause, note } from "./faults";

type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

const MINUTE = 60_000;
const POWER_CUTS = 10;

describe("EOxServer, when something goes wrong", () => {
    const stack = new TestStack("faults");
    let url: string;
    let web: Web;
    let settings = 600;

    afterAll(() => {
        web?.close();
        stack.remove();
    });

    /** A change that the next `up` has work with. */
    const changeSetting = () => stack.configure({ eoxserver: { processes: 2, requestTimeoutSeconds: ++settings } });
    const rows = () =>
        stack.ssh(
            `cd / && runuser -u postgres -- psql -XAtq -d eoxs_instance00 -c "select md5(string_agg(t::text, ',' order by id)) from django_migrations t; select count(*) from kept"`,
        );
    const status = () =>
        web.request(url).then(
            ({ status: code }) => code,
            () => 0,
        );

    async function expectWhole(before: string): Promise<number> {
        const started = Date.now();
        while ((await status()) !== 200) {
            expect(Date.now() - started).toBeLessThan(3 * MINUTE);
            await sleep(250);
        }
        expect(await rows()).toBe(before);
        return (Date.now() - started) / 1000;
    }

    test(
        "ten power cuts at random moments of an installation",
        async () => {
            stack.configure({
                product: "eoxserver",
                machine: { platform: "local", network: NETWORK },
                data: { sizeGiB: 5 },
                instances: ["instance00"],
                eoxserver: { processes: 2 },
            });
            const moments: string[] = [];
            for (let cut = 0; cut < POWER_CUTS; cut++) {
                const up = stack.attempt("up");
                const seconds = 5 + Math.random() * 25;
                const ended = await Promise.race([up, sleep(seconds * 1000)]);
                if (ended !== undefined) {
                    moments.push("after its end");
                    break;
                }
                powerCut(stack.name);
                const { status: code } = await up;
                expect(code).not.toBe(0);
                moments.push(`${seconds.toFixed(0)} s`);
            }
            const { seconds } = await stack.attempt("up");
            const outputs = await stack.outputs<Outputs>();
            url = outputs.instances["instance00"]!.url;
            web = new Web(outputs.certificate);
            await stack.ssh(
                `cd / && runuser -u postgres -- psql -q -d eoxs_instance00 -c "create table kept as select generate_series(1, 1000)"`,
            );
            expect(await status()).toBe(200);
            note(
                "EOxServer",
                "power cut of the machine at random moments of an install",
                `cut after ${moments.join(", ")} of an \`up\` each; the next \`up\` finished in ${seconds.toFixed(0)} s, all of it`,
            );
        },
        30 * MINUTE,
    );

    // The root of a local machine is a directory of its host, whose disk is nobody's to fill.
    test(
        "/data is full",
        async () => {
            const before = await rows();
            await stack.ssh(
                "fallocate --length $(df --output=avail --block-size=1 /data | tail -n 1) /data/filler; df /data >&2",
            );
            expect(await status()).toBe(200);
            changeSetting();
            const ended = await stack.attempt("up");
            const written = await stack.attempt(
                "ssh",
                "--",
                `cd / && runuser -u postgres -- psql -q -d eoxs_instance00 -c "create table more as select generate_series(1, 1000000)"`,
            );
            expect(written.stderr).toContain("No space left on device");
            await stack.ssh("rm /data/filler");
            await stack.run("up");
            await expectWhole(before);
            const said = ended.status === 0 ? "ends well" : `fails (${cause(ended).slice(0, 160)})`;
            note(
                "EOxServer",
                "disk full: /data",
                `pages are answered, PostgreSQL refuses to write with "No space left on device", \`up\` with a change of a setting ${said}; with room again \`up\` ends well`,
            );
        },
        10 * MINUTE,
    );

    test.each([
        ["PostgreSQL", "postgresql@15-main.service"],
        ["the instance's back end", "eoxserver@instance00.service"],
        ["Apache in front", "apache2.service"],
    ])(
        "%s is killed, and hangs",
        async (name, unit) => {
            const before = await rows();
            await stack.ssh(`systemctl kill --signal=KILL ${unit}`);
            const seconds = await expectWhole(before);
            note(
                "EOxServer",
                `${name} is killed`,
                `started again by itself, answers after ${seconds.toFixed(1)} s, no row lost`,
            );

            await stack.ssh(`systemctl kill --signal=STOP ${unit}`);
            const verified = await stack.attempt("verify", "--json");
            await stack.ssh(`systemctl kill --signal=CONT ${unit}`);
            expect(verified.status).toBe(1);
            const failed = verified.stdout.startsWith("{")
                ? (JSON.parse(verified.stdout) as { rows: { id: string; ok: boolean | null }[] }).rows
                      .filter(({ ok }) => ok === false)
                      .map(({ id }) => id)
                      .join(", ")
                : cause(verified);
            await expectWhole(before);
            note(
                "EOxServer",
                `${name} hangs (SIGSTOP)`,
                `\`verify\` fails: ${failed}; goes on where it was, no row lost`,
            );
        },
        10 * MINUTE,
    );

    test(
        "names cannot be looked up",
        async () => {
            const before = await rows();
            await stack.ssh("mv /etc/resolv.conf /etc/resolv.conf.kept; echo nameserver 127.0.0.9 >/etc/resolv.conf");
            changeSetting();
            const { status: code, seconds } = await stack.attempt("up");
            await stack.ssh("mv -f /etc/resolv.conf.kept /etc/resolv.conf");
            await stack.run("up");
            await expectWhole(before);
            note(
                "EOxServer",
                "DNS gone",
                `\`up\` with a change of a setting: status ${code} after ${seconds.toFixed(0)} s; pages are answered`,
            );
        },
        10 * MINUTE,
    );

    test(
        "two `up` at once, and one that is killed",
        async () => {
            const before = await rows();
            changeSetting();
            const both = await Promise.all([stack.attempt("up"), stack.attempt("up")]);
            expect(both.map(({ status: code }) => code).sort()).toEqual([0, 1]);
            const second = both.find(({ status: code }) => code === 1)!;
            expect(second.stdout + second.stderr).toMatch(/lock/i);
            await expectWhole(before);
            note(
                "EOxServer",
                "two `up` at once",
                "one goes through; the other says that the stack is locked, and by whom",
            );
        },
        10 * MINUTE,
    );

    test(
        "a state file cut in half",
        async () => {
            const before = await rows();
            const state = readFileSync(stack.stateFile, "utf8");
            writeFileSync(stack.stateFile, state.slice(0, state.length / 2));
            const broken = await stack.attempt("up");
            expect(broken.status).not.toBe(0);
            expect(await status()).toBe(200);
            writeFileSync(stack.stateFile, readFileSync(`${stack.stateFile}.bak`, "utf8"));
            await stack.run("up");
            await expectWhole(before);
            note(
                "EOxServer",
                "the state file cut in half",
                `\`up\` touches nothing and says: ${cause(broken).slice(0, 160)}; with Pulumi's copy beside it (\`.json.bak\`) put back, \`up\` ends well`,
            );
        },
        10 * MINUTE,
    );
});
