import type { DcorConfig, EoxServerConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { eoxserver } from "../../stacks/eoxserver";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const local = { platform: "local" };
const machines = {
    db1: { machine: { ...local, address: "10.77.0.21" }, data: { sizeGiB: 7 } },
    db2: { machine: local },
    db3: { machine: local },
};
const keys = {
    ...{ product: "eoxserver", instances: ["instance00"] },
    postgresql: { machines, sharedBuffersMiB: 512 },
};
const program = () => eoxserver(configOf<EoxServerConfig>(keys));

testRules("EOxServer with its database on three machines", program);

describe("a database on three machines", () => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(program);
    });

    test("is on machines that are named by the stack, each with a volume, and not on the first", () => {
        for (const name of Object.keys(machines)) {
            expect(stack.text(`${name}-machine-guest`)).toContain(
                `machine=eoxserver-test-${name}\nstack=eoxserver-test\n`,
            );
            expect(stack.text(`${name}-data-mount`)).toContain(`owner=eoxserver-test-${name}\n`);
            expect(stack.text(`${name}-packages`)).toMatch(/etcd-server .*patroni .*postgresql-15-postgis-3/);
        }
        expect(stack.text("db1-data-disk")).toContain("size_gib=7");
        expect(stack.text("packages")).not.toContain("postgresql-15");
        expect(Object.keys(stack.outputs)).toEqual(
            expect.arrayContaining(["databaseUrl", "databaseMembers", "databaseMemberSsh"]),
        );
    });

    test("lets the first machine in to PostgreSQL, the members to all that keeps them together, and nobody else", () => {
        const rules = stack.text("db2-firewall-trial");
        const ports = [5432, 5432, 5432, 2379, 2379, 2380, 2380, 8008, 8008, 22];
        expect(rules.match(/dport \d+/g)).toEqual(ports.map((port) => `dport ${port}`));
        const settings = stack.text("db2-patroni-data");
        const access = [...settings.matchAll(/^ {4}- ((?:local|host)\w* .*)$/gm)].map(([, line]) => line);
        const member = [
            "hostssl replication replicator 10.77.0.10/32 cert map=members",
            "hostssl postgres rewinder 10.77.0.10/32 cert map=members",
        ];
        expect(access).toEqual([
            "local all postgres peer",
            "local replication replicator peer map=members",
            "local postgres rewinder peer map=members",
            "local all all scram-sha-256",
            ...[...member, ...member, ...member],
            "hostssl all all 10.77.0.10/32 scram-sha-256",
        ]);
        expect(settings).toContain("verify_client: required\n");
        expect(stack.text("db2-etcd-data")).toContain("ETCD_PEER_CLIENT_CERT_AUTH=true\n");
    });

    test("acknowledges what is on two machines", () => {
        const settings = stack.text("db1-patroni-data");
        expect(settings).toContain('"synchronous_mode": true');
        expect(settings).toContain('"failsafe_mode": true');
        expect(settings).toContain("shared_buffers: 512MB\n");
        expect(settings).toContain("    - data-checksums\n");
    });

    test("is begun where there is data first, and looked at on one machine after the other", () => {
        for (const part of ["etcd-join", "patroni"]) {
            const first = part === "patroni" ? "patroni-data" : "etcd-data";
            for (const name of Object.keys(machines)) {
                expect(stack.before(`${name}-${part}`)).toEqual(
                    expect.arrayContaining(Object.keys(machines).map((each) => `${each}-${first}`)),
                );
            }
        }
        expect(stack.before("db3-etcd")).toContain("db2-etcd");
        expect(stack.before("db3-patroni")).toContain("db2-patroni");
        expect(stack.before("db1-patroni-data")).toContain("db3-etcd");
        expect(stack.before("db1-administrator")).toContain("db3-patroni");
        expect(stack.before("database-answering")).toEqual(
            expect.arrayContaining(["db1-administrator", "db2-administrator", "db3-firewall"]),
        );
    });

    test("has certificates of one authority that outlives them, to serve and to ask by", () => {
        expect(stack.named("database-tls-authority").inputs).toMatchObject({
            isCaCertificate: true,
            validityPeriodHours: 50 * 365 * 24,
        });
        for (const name of Object.keys(machines)) {
            expect(stack.named(`database-tls-${name}-certificate`).inputs).toMatchObject({
                allowedUses: expect.arrayContaining(["server_auth", "client_auth"]) as string[],
            });
        }
        expect(stack.names(/-authority$/)).toHaveLength(1);
    });

    test("has an administrator who is no superuser, and dumps and restores all that is in its databases", () => {
        expect(stack.text("db2-administrator")).toContain("groups=(pg_read_all_data pg_write_all_data)\n");
    });

    test("is used by all its addresses, and by the one that writes", () => {
        const address = "10.77.0.10:5432";
        expect(stack.text("database-answering")).toContain(
            `url=postgresql://administrator@${address},${address},${address}/postgres\n`,
        );
        const instance = stack.text("eoxserver-instance00-instance");
        expect(instance).toContain('"HOST": "10.77.0.10,10.77.0.10,10.77.0.10",\n');
        expect(instance).toContain('"target_session_attrs": "primary",\n');
        expect(instance).toContain('"sslmode": "verify-full",\n');
        expect(instance).toContain('"CONN_MAX_AGE": 60,\n');
    });
});

const backup = { repository: { mode: "directory", path: "/srv/backups" } };

describe("backups of a database on three machines", () => {
    const backedUp = () => eoxserver(configOf<EoxServerConfig>({ ...keys, backup }));

    testRules("EOxServer with its database on three machines, and backups", backedUp);

    test("are made by the first machine, of whichever writes, with the files", async () => {
        const stack = await RecordedStack.of(backedUp);
        expect(stack.names(/backup-repository$/)).toEqual(["backup-repository"]);
        const settings = stack.text("backup-repository");
        expect(settings).toContain("databases=elsewhere\nadministrator=root\nconnection=(PGSERVICEFILE=");
        expect(settings).toContain("databases_of=''\n");
        expect(settings).toContain("paths=(/data/eoxserver /data/eodata)\n");
        expect([stack.text("packages"), stack.text("db1-packages")].map((text) => text.includes("restic"))).toEqual([
            true,
            false,
        ]);
    });
});

describe("DCOR with its database on three machines", () => {
    const own = { machine: local };
    const ofDcor = (others: Record<string, unknown> = {}) =>
        dcor(configOf<DcorConfig>({ product: "dcor", postgresql: keys.postgresql, ...others }));

    testRules("DCOR with its database on three machines", () => ofDcor());

    test("is given all of them, comes to the one that writes, and leaves one that is dead soon", async () => {
        const stack = await RecordedStack.of(() => ofDcor());
        const { [0]: url = "" } = /@\/ckan_default\?[^"\\]*/.exec(stack.text("dcor-secrets")) ?? [];
        expect(Object.fromEntries(new URLSearchParams(url.split("?")[1]))).toEqual({
            ...{ host: "10.77.0.10,10.77.0.10,10.77.0.10", port: "5432", target_session_attrs: "primary" },
            ...{ sslmode: "verify-full", sslrootcert: "/etc/science-stacks/postgresql-authority.pem" },
            ...{ connect_timeout: "2", tcp_user_timeout: "10000" },
            ...{ keepalives_idle: "5", keepalives_interval: "2", keepalives_count: "3" },
        });
        expect(stack.before("database-database")).toContain("postgresql-answering");
        expect(stack.before("postgresql-answering")).toEqual(
            expect.arrayContaining(["db1-administrator", "db3-administrator", "db2-firewall"]),
        );
        expect(stack.text("packages")).toMatch(/postgresql-client/);
        expect(stack.text("packages")).not.toContain("postgresql-15");
        expect(stack.text("db2-packages")).toMatch(/patroni .*postgresql-15 .*unattended-upgrades/);
        expect(stack.text("db2-packages")).not.toContain("postgis");
        expect(stack.text("dcor-start")).not.toContain("postgresql@");
        // What the way back of an upgrade copies.
        expect(stack.text("dcor-configuration")).toContain("database=ckan_default\ndatabase_administrator=root\n");
        expect(Object.keys(stack.outputs)).toEqual(
            expect.arrayContaining(["databaseUrl", "databaseMembers", "databaseMemberSsh"]),
        );
    });

    describe("and DCOR on two others, with backups", () => {
        const several = () =>
            ofDcor({
                ...{ serverName: "dcor.example.org", applications: { app1: own, app2: own }, backup },
                ...{ dcor: { storageMachine: "app1" }, redis: own, solr: own },
            });

        testRules("DCOR on two machines, with its database on three", several);

        test("lets in each machine that has CKAN, and the first, which dumps the databases", async () => {
            const stack = await RecordedStack.of(several);
            for (const member of Object.keys(machines)) {
                const access = stack.text(`${member}-patroni-data`).match(/hostssl all all .* scram-sha-256/g);
                expect(access).toHaveLength(3);
                const doors = stack.text(`${member}-firewall-trial`).match(/dport 5432 /g);
                expect(doors).toHaveLength(5);
                expect(stack.before(`${member}-firewall-trial`)).toContain("balancer-files");
            }
            for (const application of ["app1", "app2"]) {
                expect(stack.text(`${application}-dcor-secrets`)).toContain("&target_session_attrs=primary&");
                expect(stack.before(`${application}-dcor-configuration`)).toContain("database-database");
                expect(stack.text(`${application}-dcor-configuration`)).toContain("database=''\n");
            }
            expect(stack.text("backup-repository")).toContain("databases=elsewhere\nadministrator=root\n");
            expect(stack.text("app1-backup-repository")).toContain("databases=no\n");
            expect(stack.names(/^db\d-backup-repository$/)).toEqual([]);
        });
    });
});
