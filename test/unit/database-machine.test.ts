import { accessPolicy, serverSettings } from "../../components/guest/postgresql-files";
import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import { expectRefusedOnce, parse, refused } from "./config-given";
import { expectGolden } from "./golden";

const local = { platform: "local" };
const aws = { platform: "aws", account: "123456789012", region: "eu-central-1" };
const onAws = { firewall: { ssh: ["192.0.2.0/24"] }, data: { onDestroy: "refuse" }, machine: aws };
const host = (name: string) => ({
    ...{ platform: "existing", image: "debian-12", host: name, directory: "/srv/science" },
    hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyEX4020657MWj44BDyljxrXRirYbx9bzeEkz3ymVsi",
});
const onHosts = (first: object, own: object) => ({
    firewall: { ssh: ["192.0.2.0/24"] },
    machine: first,
    postgresql: { machine: own },
});

test("a machine for the database has the defaults of a machine, and a volume", () => {
    expect(parse({ postgresql: { machine: local } }).postgresql).toEqual({
        sharedBuffersMiB: 256,
        machine: { platform: "local", image: "debian-12", network: "10.77.0.0/24" },
        data: { sizeGiB: 20, onDestroy: "delete" },
    });
    const own = { machine: aws, data: { sizeGiB: 100, onDestroy: "keep" } };
    expect(parse({ ...onAws, postgresql: own }).postgresql.data).toEqual({ sizeGiB: 100, onDestroy: "keep" });
    const hosts = onHosts(host("192.0.2.1"), { ...host("db.example.org"), privateAddress: "192.0.2.2" });
    expect(parse(hosts).postgresql.data).toEqual({ sizeGiB: 20, onDestroy: "keep" });
});

test.each<[string, Record<string, unknown>, string, RegExp, RegExp]>([
    [
        "a machine for a server elsewhere",
        { postgresql: { url: "postgresql://admin@db.example.org", machine: local } },
        "postgresql.machine",
        /names a server elsewhere/,
        /Leave postgresql\.url out/,
    ],
    [
        "a volume without a machine",
        { postgresql: { data: { sizeGiB: 20 } } },
        "postgresql.data",
        /no machine of its own/,
        /Give postgresql\.machine/,
    ],
    [
        "a password of the stack's own server",
        { postgresql: { machine: local, password: "x" } },
        "postgresql.password",
        /no server elsewhere/,
        /leave it out/,
    ],
    [
        "another platform",
        { postgresql: { machine: aws, data: { onDestroy: "keep" } } },
        "postgresql.machine.platform",
        /first machine/,
        /"local"/,
    ],
    [
        "another network",
        { postgresql: { machine: { ...local, network: "10.78.0.0/24" } } },
        "postgresql.machine.network",
        /not the network of the stack's first machine/,
        /Give machine\.network: "10\.77\.0\.0\/24"/,
    ],
    [
        "an address that is not in the network",
        { postgresql: { machine: { ...local, address: "10.78.0.9" } } },
        "postgresql.machine.address",
        /not in postgresql\.machine\.network/,
        /10\.77\.0\.2 to 10\.77\.0\.254/,
    ],
    [
        "the first machine's address",
        {
            machine: { ...local, address: "10.77.0.9" },
            postgresql: { machine: { ...local, address: "10.77.0.9" } },
        },
        "postgresql.machine.address",
        /that of the stack's first machine/,
        /another/,
    ],
    [
        "another account",
        { ...onAws, postgresql: { machine: { ...aws, account: "210987654321" }, data: { onDestroy: "keep" } } },
        "postgresql.machine.account",
        /one subnet/,
        /"123456789012"/,
    ],
    [
        "a network of its own on AWS",
        { ...onAws, postgresql: { machine: { ...aws, network: { args: {} } }, data: { onDestroy: "keep" } } },
        "postgresql.machine.network",
        /in the subnet of the stack's first machine/,
        /Leave it out/,
    ],
    [
        "a volume that goes with the stack on AWS",
        { ...onAws, postgresql: { machine: aws } },
        "postgresql.data.onDestroy",
        /must be set on AWS/,
        /"refuse", "keep"/,
    ],
    [
        "the host that the product is on",
        onHosts(host("192.0.2.1"), host("192.0.2.1")),
        "postgresql.machine.host",
        /that of the stack's first machine/,
        /another machine/,
    ],
    [
        "a host that is known by its name alone",
        onHosts(host("192.0.2.1"), host("db.example.org")),
        "postgresql.machine.privateAddress",
        /must be set/,
        /an IPv4 address/,
    ],
    [
        "scratch space for the database",
        onHosts(host("192.0.2.1"), { ...host("192.0.2.2"), scratch: "/srv/scratch" }),
        "postgresql.machine.scratch",
        /PostgreSQL has no use for it/,
        /Leave it out/,
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
    const text =
        "config: { science-stacks:product: eoxserver, science-stacks:machine: { platform: local }, science-stacks:postgresql: ";
    const own = "{ sharedBuffersMiB: 512, machine: { platform: local }, data: { sizeGiB: 9 } } }";
    expect(keysOf(ephemeralConfiguration(text + own))["postgresql"]).toEqual({ sharedBuffersMiB: 512 });
});
