import type { EoxServerConfig } from "../../stacks/config";
import { eoxserver } from "../../stacks/eoxserver";
import { configured, OWN, program } from "./aws-stacks";
import { opened, violations } from "./policy";
import { record, SECRET_MARK, type Recorded } from "./recorder";
import { configOf, nameOf, testRules } from "./rules";

const local = { platform: "local" };
const applications = { app1: { machine: local }, app2: { machine: local, data: { sizeGiB: 7 } } };
const stack = (keys: Record<string, unknown> = {}) =>
    eoxserver(
        configOf<EoxServerConfig>({
            ...{ product: "eoxserver", instances: ["instance00", "ocean"], applications },
            ...{ postgresql: { machine: local }, ...keys },
        }),
    );
const find = (resources: Recorded[], name: string) => resources.find((each) => each.name === name)!;
const text = (resources: Recorded[], name: string) => String(find(resources, name).inputs["stdin"]);
const before = (resources: Recorded[], name: string) => [find(resources, name).options.dependsOn].flat().map(nameOf);
const names = (resources: Recorded[], pattern: RegExp) =>
    resources.map(({ name }) => name).filter((name) => pattern.test(name));

testRules("EOxServer on two machines of its own", () => stack());

describe("EOxServer on machines of its own", () => {
    let resources: Recorded[];
    let outputs: Record<string, unknown>;
    beforeAll(async () => {
        ({ resources, outputs } = await record<Record<string, unknown>>(() => stack(), false));
    });

    test("is on machines that are named by the stack, each with a volume; the first keeps its own", () => {
        for (const name of ["app1", "app2"]) {
            const guest = JSON.stringify(find(resources, `${name}-machine-guest`).inputs["stdin"]);
            expect(guest).toContain(`machine=eoxserver-test-${name}\\nstack=eoxserver-test\\n`);
            expect(text(resources, `${name}-data-mount`)).toContain(`owner=eoxserver-test-${name}\n`);
            expect(text(resources, `${name}-packages`)).toMatch(/apache2-bin .*haproxy .*libapache2-mod-wsgi-py3/);
            expect(text(resources, `${name}-packages`)).not.toMatch(/\bapache2 |postgresql-client/);
        }
        expect(JSON.stringify(find(resources, "app2-data-disk").inputs["stdin"])).toContain("size_gib=7");
        expect(names(resources, /^eoxserver-(users|software|.*-instance)$/)).toEqual([]);
        expect(names(resources, /^data-mount$/)).toEqual(["data-mount"]);
        expect(text(resources, "packages")).toMatch(/packages=\(apache2 .*haproxy .*postgresql-client/);
        expect(text(resources, "packages")).not.toContain("mod-wsgi");
        expect(Object.keys(outputs)).toEqual(
            expect.arrayContaining(["applications", "applicationSsh", "adminPasswords", "database"]),
        );
    });

    test("lets Apache's machine in alone; the database lets in all that use it, and nobody else", () => {
        const rules = text(resources, "app2-firewall-trial");
        expect(rules.match(/dport \d+/g)).toEqual(["dport 7443", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 7443 accept");
        expect(text(resources, "database-firewall-trial").match(/dport \d+/g)).toEqual([
            ...Array.from({ length: 3 }, () => "dport 5432"),
            "dport 22",
        ]);
        expect(text(resources, "database-server-access").match(/^hostssl all all .*/gm)).toHaveLength(3);
    });

    test("has its database tell anew who comes in once nobody is asked who goes, without a restart", () => {
        for (const step of ["database-server-access", "database-firewall-trial"]) {
            expect(before(resources, step)).toContain("balancer-files");
        }
        expect(text(resources, "database-server-access")).toContain("notify=(postgresql@15-main.service:reload)");
    });

    test("is reached by TLS, through HAProxy, which verifies each machine and asks for each instance", () => {
        const balancer = text(resources, "balancer-files");
        for (const name of ["app1", "app2"]) {
            const server = `server ${name} 10.77.0.10:7443 ca-file /etc/haproxy/authorities/${name}.pem verifyhost 10.77.0.10`;
            expect(balancer.split(server)).toHaveLength(3);
            expect(text(resources, `${name}-endpoint-files`)).toContain(
                "bind 10.77.0.10:7443 ssl crt /etc/haproxy/tls/certificate.pem",
            );
        }
        for (const instance of ["instance00", "ocean"]) {
            expect(balancer).toContain(`use_backend ${instance} if { path_beg /${instance}/ /${instance}_static/ }`);
            expect(balancer).toContain(`http-check send meth GET uri /${instance}/ ver HTTP/1.1 hdr Host 10.77.0.10 `);
            expect(text(resources, "site-routes")).toContain(`${instance} 127.0.0.1:4081\n`);
        }
        expect(text(resources, "site-files")).toContain("http://%1/$1_static/$2 [proxy,last]");
    });

    test("has its databases made once, from the first machine, whose administrator the others do not know", () => {
        expect(names(resources, /instance00-database$/)).toEqual(["eoxserver-instance00-database"]);
        const first = opened(find(resources, "eoxserver-instance00-secrets").inputs["stdin"]);
        expect(first).toContain("/eoxserver-instance00-database ");
        expect(first).not.toContain("/eoxserver-instance00-admin ");
        for (const name of ["app1", "app2"]) {
            const secrets = opened(find(resources, `${name}-eoxserver-instance00-secrets`).inputs["stdin"]);
            expect(secrets).toMatch(/-instance00-database .*-instance00-admin .*-instance00-secret-key/);
            expect(text(resources, `${name}-database-authority`)).toContain("/postgresql-authority.pem");
        }
        expect(names(resources, /database-answering$/)).toEqual(["database-answering"]);
    });

    test("has one key of Django's for each instance, secret", () => {
        expect(names(resources, /instance00-secret-key$/)).toEqual(["eoxserver-instance00-secret-key"]);
        for (const name of ["app1", "app2"]) {
            const { stdin } = find(resources, `${name}-eoxserver-instance00-secrets`).inputs;
            expect(stdin).toMatchObject({ [SECRET_MARK]: expect.anything() as unknown });
            expect(text(resources, `${name}-eoxserver-instance00-instance`)).toContain(
                "\nkey=eoxserver-instance00-secret-key\n",
            );
        }
    });

    test("is installed side by side, and started on one machine after the other", () => {
        expect(before(resources, "app2-eoxserver-software")).not.toContain("balancer-sees-app1");
        const second = before(resources, "app2-eoxserver-ocean-instance");
        expect(second).toEqual(
            expect.arrayContaining([
                ...["eoxserver-ocean-database", "app2-eoxserver-users", "app2-eoxserver-software"],
                ...["app2-database-authority", "balancer-sees-app1"],
            ]),
        );
        expect(before(resources, "app1-eoxserver-ocean-instance")).not.toContain("balancer-sees-app2");
        expect(before(resources, "balancer-sees-app1")).toEqual(
            expect.arrayContaining([
                ...["balancer-files", "app1-endpoint-files"],
                ...["app1-eoxserver-instance00-instance", "app1-eoxserver-ocean-instance"],
            ]),
        );
        // What moves here from the first machine is used there until it can be used here.
        expect(before(resources, "site-routes")).toContain("balancer-sees-app1");
        expect(before(resources, "health")).toContain("balancer-sees-app2");
    });
});

test("the packages of a machine are upgraded before the next one is touched", async () => {
    const { resources } = await record(() => stack({ packagesAsOf: "2026-11-21" }), true);
    expect(before(resources, "balancer-sees-app1")).toContain("app1-packages-upgrade");
    expect(before(resources, "packages-upgrade")).toEqual(
        expect.arrayContaining(["balancer-sees-app1", "balancer-sees-app2"]),
    );
});

test("with a server elsewhere that Debian trusts, the machines need no authority", async () => {
    const { resources } = await record(
        () => stack({ postgresql: { url: "postgresql://admin@db.example.org/" } }),
        false,
    );
    expect(names(resources, /-authority$/).filter((name) => name.includes("database"))).toEqual([]);
    expect(text(resources, "app1-packages")).toContain("ca-certificates");
});

test("all members of a database on three machines let the machines of EOxServer in", async () => {
    const machines = { db1: { machine: local }, db2: { machine: local }, db3: { machine: local } };
    const { resources } = await record(() => stack({ postgresql: { machines } }), false);
    // The first machine, two of EOxServer's, two other members.
    expect(text(resources, "db2-firewall-trial").match(/dport 5432/g)).toHaveLength(5);
    expect(text(resources, "db2-firewall-trial").match(/dport 8008/g)).toHaveLength(2);
});

describe.each([
    ["a preview", true],
    ["an up", false],
])("on AWS, in %s", (_, preview) => {
    const machine = { platform: "aws", account: OWN.account, region: "eu-central-1", instanceType: "t3.medium" };
    const own = { machine, data: { onDestroy: "keep" } };
    const onAws = async (postgresql: object) => {
        const keys = {
            "science-stacks:applications": { app1: own, app2: own },
            "science-stacks:postgresql": postgresql,
            "science-stacks:backup": undefined,
        };
        return (await record(program(configured("eoxserver-prod", {}, keys)), preview)).resources;
    };
    let resources: Recorded[];
    beforeAll(async () => {
        resources = await onAws(own);
    });
    const named = (type: string) => resources.filter((each) => each.type.endsWith(type)).map(({ name }) => name);

    test("it keeps to the policies", () => expect(violations(resources)).toEqual([]));

    test("all machines are in one subnet, each with a security group that lets in those that use it", () => {
        expect(named("ec2/instance:Instance").sort()).toEqual([
            ...["app1-machine", "app2-machine", "database-machine", "machine"],
        ]);
        expect(named("ec2/subnet:Subnet")).toHaveLength(1);
        const rules = named("SecurityGroupIngressRule");
        expect(rules.filter((name) => name.includes("7443"))).toEqual([
            "app1-firewall-7443-eoxserver-test",
            "app2-firewall-7443-eoxserver-test",
        ]);
        expect(rules.filter((name) => name.includes("5432"))).toEqual([
            "database-firewall-5432-eoxserver-test",
            "database-firewall-5432-eoxserver-test-app1",
            "database-firewall-5432-eoxserver-test-app2",
        ]);
    });
});
