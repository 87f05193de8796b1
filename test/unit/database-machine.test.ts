import { accessPolicy, serverSettings } from "../../components/guest/postgresql-files";
import { expectRefusedOnce, parse, refused } from "./config-given";
import { expectGolden } from "./golden";
import { aws, ephemeralKey, firewall, host, local, onAws, testRefusedMachine, type Keys } from "./machines-given";

/** A stack whose PostgreSQL has these keys. */
const withDatabase = (postgresql: Keys, others: Keys = {}): Keys => ({ postgresql, ...others });

test("a machine for the database has the defaults of a machine, and a volume", () => {
    expect(parse({ postgresql: { machine: local } }).postgresql).toEqual({
        sharedBuffersMiB: 256,
        machine: { platform: "local", image: "debian-12", network: "10.77.0.0/24" },
        data: { sizeGiB: 20, onDestroy: "delete" },
    });
    const own = { machine: aws, data: { sizeGiB: 100, onDestroy: "keep" } };
    expect(parse({ ...onAws, postgresql: own }).postgresql.data).toEqual({ sizeGiB: 100, onDestroy: "keep" });
    const existing = { machine: { ...host("db.example.org"), privateAddress: "192.0.2.2" } };
    const hosts = withDatabase(existing, { machine: host("192.0.2.1"), firewall });
    expect(parse(hosts).postgresql.data).toEqual({ sizeGiB: 20, onDestroy: "keep" });
});

testRefusedMachine({ key: "postgresql", name: "PostgreSQL", leastGiB: 2, stack: withDatabase });

test.each<[string, Keys, string, RegExp, RegExp]>([
    [
        "a machine for a server elsewhere",
        { postgresql: { url: "postgresql://admin@db.example.org", machine: local } },
        "postgresql.machine",
        /names a server elsewhere/,
        /Leave postgresql\.url out/,
    ],
    [
        "a password of the stack's own server",
        { postgresql: { machine: local, password: "x" } },
        "postgresql.password",
        /no server elsewhere/,
        /leave it out/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice, ["postgresql"]));

test("what both machines share is complained about once", () => {
    const { problems } = refused({ machine: aws, postgresql: { machine: aws } });
    expect(problems.map(({ key }) => key)).toEqual(["data.onDestroy", "firewall.ssh", "postgresql.data.onDestroy"]);
});

test("the files of a server for other machines are what the golden files show", () => {
    expectGolden("postgresql", "for-machines", {
        "/etc/postgresql/15/main/conf.d/science-stacks.conf": { content: serverSettings(512, "0123456789ab") },
        "/etc/postgresql/15/main/pg_hba.conf": { content: accessPolicy(["10.77.0.10"]) },
    });
});

test("an ephemeral stack has its database on its one machine", () => {
    const postgresql = { sharedBuffersMiB: 512, machine: local, data: { sizeGiB: 9 } };
    expect(ephemeralKey("eoxserver", "postgresql", postgresql)).toEqual({ sharedBuffersMiB: 512 });
});
