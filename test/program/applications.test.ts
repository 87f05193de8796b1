import type { OmeroWebConfig } from "../../stacks/config";
import { omeroWeb } from "../../stacks/omero-web";
import { configured, OWN, program } from "./aws-stacks";
import { violations } from "./policy";
import { record, SECRET_MARK, type Recorded } from "./recorder";
import { configOf, nameOf, testRules } from "./rules";

const local = { platform: "local" };
const applications = { app1: { machine: local }, app2: { machine: local, data: { sizeGiB: 7 } } };
const stack = (keys: Record<string, unknown> = {}) =>
    omeroWeb(configOf<OmeroWebConfig>({ product: "omero-web", applications, ...keys }));
const find = (resources: Recorded[], name: string) => resources.find((each) => each.name === name)!;
const text = (resources: Recorded[], name: string) => String(find(resources, name).inputs["stdin"]);
const before = (resources: Recorded[], name: string) => [find(resources, name).options.dependsOn].flat().map(nameOf);

testRules("OMERO.web on two machines of its own", () => stack());

describe("OMERO.web on machines of its own", () => {
    let resources: Recorded[];
    let outputs: Record<string, unknown>;
    beforeAll(async () => {
        ({ resources, outputs } = await record<Record<string, unknown>>(() => stack(), false));
    });

    test("is on machines that are named by the stack, each with a volume, and nowhere else", () => {
        for (const name of ["app1", "app2"]) {
            const guest = JSON.stringify(find(resources, `${name}-machine-guest`).inputs["stdin"]);
            expect(guest).toContain(`machine=eoxserver-test-${name}\\nstack=eoxserver-test\\n`);
            expect(text(resources, `${name}-data-mount`)).toContain(`owner=eoxserver-test-${name}\n`);
        }
        expect(JSON.stringify(find(resources, "app2-data-disk").inputs["stdin"])).toContain("size_gib=7");
        expect(resources.filter(({ name }) => /^(omero-web|build-packages)/.test(name))).toEqual([]);
        expect(Object.keys(outputs)).toEqual(expect.arrayContaining(["applications", "applicationSsh"]));
    });

    test("lets nginx's machine in alone, and is let in to Redis there alone", () => {
        const rules = text(resources, "app2-firewall-trial");
        expect(rules.match(/dport \d+/g)).toEqual(["dport 4080", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 4080 accept");
        const front = text(resources, "firewall-trial");
        expect(front).toContain("ip saddr 10.77.0.10/32 tcp dport 6379 accept");
        expect(front).not.toContain("dport 4080");
    });

    test("is reached by TLS, through HAProxy, which verifies each machine", () => {
        const balancer = text(resources, "balancer-files");
        for (const name of ["app1", "app2"]) {
            const server = `server ${name} 10.77.0.10:4080 ca-file /etc/haproxy/authorities/${name}.pem verifyhost 10.77.0.10`;
            expect(balancer).toContain(server);
            const arguments_ = "--certfile /etc/omero-web/tls/certificate.pem --keyfile /etc/omero-web/tls/key.pem";
            expect(text(resources, `${name}-omero-web-configuration`)).toContain(`omero.web.wsgi_args=${arguments_}`);
        }
        expect(text(resources, "site-files")).toContain("server 127.0.0.1:4081 fail_timeout=0;");
        expect(text(resources, "site-files")).not.toContain("alias");
    });

    test("has one key of Django's and one Redis, both secret, reached by TLS", () => {
        const keys = resources.filter(({ name }) => name.endsWith("secret-key"));
        expect(keys.map(({ name }) => name)).toEqual(["applications-secret-key"]);
        for (const name of ["app1", "app2"]) {
            const secrets = find(resources, `${name}-omero-web-secrets`).inputs["stdin"];
            expect(secrets).toMatchObject({ [SECRET_MARK]: expect.anything() as unknown });
            expect(JSON.stringify(secrets)).toContain("omero.web.secret_key=");
            expect(JSON.stringify(secrets)).toContain("rediss://10.77.0.10:6379/0");
            expect(text(resources, `${name}-redis-answering`)).toContain("/etc/science-stacks/redis-authority.pem");
        }
        expect(text(resources, "redis-settings")).toContain("port 0\ntls-port 6379\n");
    });

    test("is installed side by side, and started on one machine after the other", () => {
        expect(before(resources, "app2-omero-web-software")).not.toContain("balancer-sees-app1");
        expect(before(resources, "app1-omero-web-configuration")).not.toContain("balancer-sees-app2");
        expect(before(resources, "app2-omero-web-configuration")).toEqual(
            expect.arrayContaining(["app2-omero-web-software", "app2-redis-answering", "balancer-sees-app1"]),
        );
        expect(before(resources, "balancer-sees-app1")).toEqual(
            expect.arrayContaining(["balancer-files", "app1-omero-web-configuration"]),
        );
        // What moves here from the first machine is used until it can be used here.
        expect(before(resources, "redis-settings")).toContain("applications-make-way");
        expect(before(resources, "applications-make-way")).toEqual(
            expect.arrayContaining(["app1-omero-web-software", "app2-omero-web-software"]),
        );
        expect(before(resources, "site-files")).toContain("balancer-sees-app1");
    });
});

test("the packages of a machine are upgraded before the next one is touched", async () => {
    const { resources } = await record(() => stack({ packagesAsOf: "2026-11-21" }), true);
    expect(before(resources, "balancer-sees-app1")).toContain("app1-packages-upgrade");
    expect(before(resources, "packages-upgrade")).toEqual(
        expect.arrayContaining(["balancer-sees-app1", "balancer-sees-app2"]),
    );
});

test("with a Redis elsewhere, the first machine has neither a Redis nor a volume", async () => {
    const url = "rediss://cache.example.org:6379/0";
    const { resources } = await record(() => stack({ redis: { url } }), false);
    expect(resources.filter(({ name }) => /^(redis|data)/.test(name))).toEqual([]);
    expect(text(resources, "packages")).not.toContain("redis-server");
    expect(text(resources, "firewall-trial")).not.toContain("dport 6379");
    expect(text(resources, "app1-redis-answering")).toContain(url);
});

describe.each([
    ["a preview", true],
    ["an up", false],
])("on AWS, in %s", (_, preview) => {
    let resources: Recorded[];
    beforeAll(async () => {
        const machine = { platform: "aws", account: OWN.account, region: "eu-central-1", instanceType: "t3.medium" };
        const own = { machine, data: { onDestroy: "keep" } };
        const keys = { "science-stacks:applications": { app1: own, app2: own } };
        ({ resources } = await record(
            program(configured("omero-web-prod", {}, { ...keys, "science-stacks:backup": undefined })),
            preview,
        ));
    });
    const named = (type: string) => resources.filter((each) => each.type.endsWith(type)).map(({ name }) => name);

    test("it keeps to the policies", () => expect(violations(resources)).toEqual([]));

    test("all machines are in one subnet, each with a security group of its own", () => {
        expect(named("ec2/instance:Instance").sort()).toEqual(["app1-machine", "app2-machine", "machine"]);
        expect(named("ec2/subnet:Subnet")).toHaveLength(1);
        const rules = named("SecurityGroupIngressRule").filter((name) => name.includes("6379"));
        expect(rules).toEqual(["firewall-6379-eoxserver-test-app1", "firewall-6379-eoxserver-test-app2"]);
    });
});
