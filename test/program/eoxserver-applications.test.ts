import type { EoxServerConfig } from "../../stacks/config";
import { eoxserver } from "../../stacks/eoxserver";
import { describeOnAws, MACHINE_ON_AWS } from "./further-machine";
import { SECRET_MARK } from "./recorder";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const local = { platform: "local" };
const applications = { app1: { machine: local }, app2: { machine: local, data: { sizeGiB: 7 } } };
const onMachines = (keys: Record<string, unknown> = {}) =>
    eoxserver(
        configOf<EoxServerConfig>({
            ...{ product: "eoxserver", instances: ["instance00", "ocean"], applications },
            ...{ postgresql: { machine: local }, ...keys },
        }),
    );

testRules("EOxServer on two machines of its own", () => onMachines());

describe("EOxServer on machines of its own", () => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(() => onMachines());
    });

    test("is on machines that are named by the stack, each with a volume; the first keeps its own", () => {
        for (const name of ["app1", "app2"]) {
            const guest = stack.text(`${name}-machine-guest`);
            expect(guest).toContain(`machine=eoxserver-test-${name}\nstack=eoxserver-test\n`);
            expect(stack.text(`${name}-data-mount`)).toContain(`owner=eoxserver-test-${name}\n`);
            expect(stack.text(`${name}-packages`)).toMatch(/apache2-bin .*haproxy .*libapache2-mod-wsgi-py3/);
            expect(stack.text(`${name}-packages`)).not.toMatch(/\bapache2 |postgresql-client/);
        }
        expect(stack.text("app2-data-disk")).toContain("size_gib=7");
        expect(stack.names(/^eoxserver-(users|software|.*-instance)$/)).toEqual([]);
        expect(stack.names(/^data-mount$/)).toEqual(["data-mount"]);
        expect(stack.text("packages")).toMatch(/packages=\(apache2 .*haproxy .*postgresql-client/);
        expect(stack.text("packages")).not.toContain("mod-wsgi");
        expect(Object.keys(stack.outputs)).toEqual(
            expect.arrayContaining(["applications", "applicationSsh", "adminPasswords", "database"]),
        );
    });

    test("lets Apache's machine in alone; the database lets in all that use it, and nobody else", () => {
        const rules = stack.text("app2-firewall-trial");
        expect(rules.match(/dport \d+/g)).toEqual(["dport 7443", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 7443 accept");
        expect(stack.text("database-firewall-trial").match(/dport \d+/g)).toEqual([
            ...Array.from({ length: 3 }, () => "dport 5432"),
            "dport 22",
        ]);
        expect(stack.text("database-server-access").match(/^hostssl all all .*/gm)).toHaveLength(3);
    });

    test("has its database tell anew who comes in once nobody is asked who goes, without a restart", () => {
        for (const step of ["database-server-access", "database-firewall-trial"]) {
            expect(stack.before(step)).toContain("balancer-files");
        }
        expect(stack.text("database-server-access")).toContain("notify=(postgresql@15-main.service:reload)");
    });

    test("is reached by TLS, through HAProxy, which verifies each machine and asks for each instance", () => {
        const balancer = stack.text("balancer-files");
        for (const name of ["app1", "app2"]) {
            const server = `server ${name} 10.77.0.10:7443 verifyhost 10.77.0.10`;
            expect(balancer.split(server)).toHaveLength(3);
            expect(stack.text(`${name}-endpoint-files`)).toContain(
                "bind 10.77.0.10:7443 ssl crt /etc/haproxy/tls/certificate.pem",
            );
        }
        for (const instance of ["instance00", "ocean"]) {
            expect(balancer).toContain(`use_backend ${instance} if { path_beg /${instance}/ /${instance}_static/ }`);
            expect(balancer).toContain(`http-check send meth GET uri /${instance}/ ver HTTP/1.1 hdr Host 10.77.0.10 `);
            expect(stack.text("site-routes")).toContain(`${instance} 127.0.0.1:4081\n`);
        }
        expect(stack.text("site-files")).toContain("http://%1/$1_static/$2 [proxy,last]");
    });

    test("has its databases made once, from the first machine, whose administrator the others do not know", () => {
        expect(stack.names(/instance00-database$/)).toEqual(["eoxserver-instance00-database"]);
        const first = stack.text("eoxserver-instance00-secrets");
        expect(first).toContain("/eoxserver-instance00-database ");
        expect(first).not.toContain("/eoxserver-instance00-admin ");
        for (const name of ["app1", "app2"]) {
            const secrets = stack.text(`${name}-eoxserver-instance00-secrets`);
            expect(secrets).toMatch(/-instance00-database .*-instance00-admin .*-instance00-secret-key/);
            expect(stack.text(`${name}-database-authority`)).toContain("/postgresql-authority.pem");
        }
        expect(stack.names(/database-answering$/)).toEqual(["database-answering"]);
    });

    test("has one key of Django's for each instance, secret", () => {
        expect(stack.names(/instance00-secret-key$/)).toEqual(["eoxserver-instance00-secret-key"]);
        for (const name of ["app1", "app2"]) {
            const { stdin } = stack.named(`${name}-eoxserver-instance00-secrets`).inputs;
            expect(stdin).toMatchObject({ [SECRET_MARK]: expect.anything() as unknown });
            expect(stack.text(`${name}-eoxserver-instance00-instance`)).toContain(
                "\nkey=eoxserver-instance00-secret-key\n",
            );
        }
    });

    test("is installed side by side, and started on one machine after the other", () => {
        expect(stack.before("app2-eoxserver-software")).not.toContain("balancer-sees-app1");
        const second = stack.before("app2-eoxserver-ocean-instance");
        expect(second).toEqual(
            expect.arrayContaining([
                ...["eoxserver-ocean-database", "app2-eoxserver-users", "app2-eoxserver-software"],
                ...["app2-database-authority", "balancer-sees-app1"],
            ]),
        );
        expect(stack.before("app1-eoxserver-ocean-instance")).not.toContain("balancer-sees-app2");
        expect(stack.before("balancer-sees-app1")).toEqual(
            expect.arrayContaining([
                ...["balancer-files", "app1-endpoint-files"],
                ...["app1-eoxserver-instance00-instance", "app1-eoxserver-ocean-instance"],
            ]),
        );
        // What moves here from the first machine is used there until it can be used here.
        expect(stack.before("site-routes")).toContain("balancer-sees-app1");
        expect(stack.before("health")).toContain("balancer-sees-app2");
    });
});

test("the packages of a machine are upgraded before the next one is touched", async () => {
    const stack = await RecordedStack.of(() => onMachines({ packagesAsOf: "2026-11-21" }), true);
    expect(stack.before("balancer-sees-app1")).toContain("app1-packages-upgrade");
    expect(stack.before("packages-upgrade")).toEqual(
        expect.arrayContaining(["balancer-sees-app1", "balancer-sees-app2"]),
    );
});

test("with a server elsewhere that Debian trusts, the machines need no authority", async () => {
    const stack = await RecordedStack.of(() =>
        onMachines({ postgresql: { url: "postgresql://admin@db.example.org/" } }),
    );
    expect(stack.names(/-authority$/).filter((name) => name.includes("database"))).toEqual([]);
    expect(stack.text("app1-packages")).toContain("ca-certificates");
});

test("all members of a database on three machines let the machines of EOxServer in", async () => {
    const machines = { db1: { machine: local }, db2: { machine: local }, db3: { machine: local } };
    const stack = await RecordedStack.of(() => onMachines({ postgresql: { machines } }));
    // The first machine, two of EOxServer's, two other members.
    expect(stack.text("db2-firewall-trial").match(/dport 5432/g)).toHaveLength(5);
    expect(stack.text("db2-firewall-trial").match(/dport 8008/g)).toHaveLength(2);
});

describe("backups of EOxServer on machines of its own", () => {
    const backup = { repository: { mode: "directory", path: "/srv/backups" } };
    const settings = (of: RecordedStack, step: string) => of.text(`${step}-repository`);
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(() => onMachines({ backup }));
    });

    test("each machine has those of what is on it, after the database's, in one repository with one password", () => {
        const paths = "paths=(/data/eoxserver /data/eodata)";
        for (const role of ["app1", "app2"]) {
            expect(settings(stack, `${role}-backup`)).toContain(paths);
            expect(settings(stack, `${role}-backup`)).toContain("databases_of=eoxserver-test-database");
            expect(settings(stack, `${role}-backup`)).toMatch(
                /units=\(eoxserver@instance00.service eoxserver@ocean.service\)/,
            );
            expect(stack.text(`${role}-packages`)).toContain("restic");
        }
        expect(settings(stack, "database-backup")).toContain("databases=here");
        expect(settings(stack, "backup")).toContain("paths=()");
        expect(settings(stack, "backup")).toContain("units=()");
        expect(stack.names(/backup-password$/)).toEqual(["backup-password"]);
    });

    test("those of a database on three machines are in the first one's", async () => {
        const machines = { db1: { machine: local }, db2: { machine: local }, db3: { machine: local } };
        const cluster = await RecordedStack.of(() => onMachines({ backup, postgresql: { machines } }));
        expect(settings(cluster, "backup")).toContain("databases=elsewhere");
        expect(settings(cluster, "app1-backup")).toContain("databases_of=eoxserver-test\n");
    });
});

const onAws = {
    "science-stacks:applications": { app1: MACHINE_ON_AWS, app2: MACHINE_ON_AWS },
    "science-stacks:postgresql": MACHINE_ON_AWS,
};
describeOnAws("eoxserver-prod", onAws, { role: "app2", port: 7443 });
describeOnAws("eoxserver-prod", onAws, {
    ...{ role: "database", port: 5432 },
    clients: ["eoxserver-test", "eoxserver-test-app1", "eoxserver-test-app2"],
});
