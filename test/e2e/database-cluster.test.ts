import { setTimeout as sleep } from "node:timers/promises";
import { Web } from "../../verify/web";
import { Visitor } from "../faults/visitor";
import { expectDestroyed, expectUnchanged } from "./checks";
import { ClusterStack, MEMBERS, MOST_SECONDS, otherThan, psql, type Outputs } from "./cluster-stack";
import { powerCut } from "./host";
import { NETWORK } from "./network";
import { writtenDuring } from "./steady-writes";

describe("EOxServer with its database on three machines", () => {
    const stack = new ClusterStack("cluster");
    let outputs: Outputs;
    let web: Web;

    const page = () => outputs.instances["instance00"]!.url;

    beforeAll(async () => {
        stack.configureCluster();
        await stack.run("up");
        outputs = await stack.outputs<Outputs>();
        web = new Web(outputs.certificate);
    });

    afterAll(() => {
        web?.close();
        stack.remove();
    });

    test("every requirement is met, of all machines; another up changes nothing", async () => {
        const { rows } = await stack.expectWhole();
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        for (const row of ["E03", "X01", "X02", "X03", "X05", "X06", "X10", "X14"]) {
            for (const member of MEMBERS) {
                expect(detail(row)).toContain(`${stack.beside(member)}: `);
            }
        }
        expect(detail("E07")).toMatch(/TLSv1\.\d \(sslmode verify-full\); the server refuses/);
        expect(detail("X12")).toMatch(/db\d writes, db\d has what is acknowledged, 2 standbys streaming by TLS/);
        await expectUnchanged(stack, "eoxserver@instance00");
    });

    test("etcd and Patroni answer the members alone, and those by their certificates alone", async () => {
        const { address } = outputs.databaseMembers!["db1"]!;
        const connect = (port: number) =>
            `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}' 2>&1 && echo open || echo closed`;
        expect(await stack.ssh(connect(5432))).toContain("open");
        for (const port of [2379, 2380, 8008]) {
            expect(await stack.ssh(connect(port))).toContain("closed");
            expect(await stack.sshOn("db2", connect(port))).toContain("open");
        }
        const ask = (port: number, path: string, ...certificate: string[]) =>
            `python3 - https://${address}:${port}/${path} ${certificate.join(" ")} <<'END'
import ssl, sys, urllib.request
context = ssl.create_default_context(cafile="/etc/science-stacks/cluster/authority.pem")
if sys.argv[2:]:
    context.load_cert_chain(*sys.argv[2:])
try:
    print(urllib.request.urlopen(sys.argv[1], context=context, timeout=5).status)
except OSError as error:
    print("refused", error)
END`;
        const own = ["certificate.pem", "etcd.key"].map((file) => `/etc/science-stacks/cluster/${file}`);
        for (const [port, path] of [
            [8008, "cluster"],
            [2379, "health"],
        ] as const) {
            expect(await stack.sshOn("db2", ask(port, path))).toContain("refused");
            expect((await stack.sshOn("db2", ask(port, path, ...own))).trim()).toBe("200");
        }
    });

    test("the machine that writes loses its power: another one takes over, and nothing that was acknowledged is lost", async () => {
        const lost = await stack.leader();
        const visitor = new Visitor(web, page());
        const written = await writtenDuring(stack, "the leader loses its power", async () => {
            await sleep(5000);
            powerCut(stack.beside(lost));
            await sleep(MOST_SECONDS * 1000);
            expect(await stack.leader(otherThan(lost))).not.toBe(lost);
            const { failed, asked, away, slowest } = await visitor.leave();
            process.stderr.write(
                `  of ${asked} requests ${failed} failed, away for ${away.toFixed(1)} s at most, the slowest took ${slowest.toFixed(1)} s\n`,
            );
            expect((await web.get(page())).status).toBe(200);
            await stack.run("up");
            await stack.untilItStreams(lost);
        });
        expect(written.missing).toBe(0);
        expect(written.longestSeconds).toBeLessThan(MOST_SECONDS);
        expect(await stack.leader(lost)).not.toBe(lost);
        await stack.expectWhole();
    });

    test("users' commands know the machines: ssh, logs, drift, rotate; a setting is taken up by all", async () => {
        expect((await stack.sshOn("db2", "hostname")).trim()).toBe(stack.beside("db2"));
        expect(await stack.run("logs", "--machine", "db3")).toContain("patroni");
        const wrong = await stack.attempt("ssh", "--machine", "db4", "--", "hostname");
        expect([wrong.status === 0, wrong.stderr]).toEqual([
            false,
            expect.stringContaining('"db4" is none of the machines'),
        ]);
        await stack.sshOn("db2", "sed -i 's/verify_client: required/verify_client: none/' /etc/patroni/config.yml");
        const { status, stdout } = await stack.attempt("drift");
        expect([status, stdout]).toEqual([1, expect.stringContaining("db2-patroni-data")]);
        await stack.run("up", "--repair");
        await stack.run("rotate", "database-password");
        stack.configureCluster({ sharedBuffersMiB: 128 });
        await stack.run("up");
        for (const member of MEMBERS) {
            expect((await stack.sshOn(member, psql("SHOW shared_buffers"))).trim()).toBe("128MB");
        }
        await stack.expectWhole();
    });

    test("destroy leaves nothing of any of them", async () => {
        await expectDestroyed(stack, NETWORK);
    });
});
