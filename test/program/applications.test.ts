import type { OmeroWebConfig } from "../../stacks/config";
import { omeroWeb } from "../../stacks/omero-web";
import { configured, program } from "./aws-stacks";
import { describeOnAws, MACHINE_ON_AWS } from "./further-machine";
import { SECRET_MARK } from "./recorder";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const local = { platform: "local" };
const applications = { app1: { machine: local }, app2: { machine: local, data: { sizeGiB: 7 } } };
const onMachines = (keys: Record<string, unknown> = {}) =>
    omeroWeb(configOf<OmeroWebConfig>({ product: "omero-web", applications, ...keys }));

testRules("OMERO.web on two machines of its own", () => onMachines());

describe("OMERO.web on machines of its own", () => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(() => onMachines());
    });

    test("is on machines that are named by the stack, each with a volume, and nowhere else", () => {
        for (const name of ["app1", "app2"]) {
            const guest = stack.text(`${name}-machine-guest`);
            expect(guest).toContain(`machine=eoxserver-test-${name}\nstack=eoxserver-test\n`);
            expect(stack.text(`${name}-data-mount`)).toContain(`owner=eoxserver-test-${name}\n`);
        }
        expect(stack.text("app2-data-disk")).toContain("size_gib=7");
        expect(stack.names(/^(omero-web|build-packages)/)).toEqual([]);
        expect(Object.keys(stack.outputs)).toEqual(expect.arrayContaining(["applications", "applicationSsh"]));
    });

    test("lets nginx's machine in alone, and is let in to Redis there alone", () => {
        const rules = stack.text("app2-firewall-trial");
        expect(rules.match(/dport \d+/g)).toEqual(["dport 4080", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 4080 accept");
        const front = stack.text("firewall-trial");
        expect(front).toContain("ip saddr 10.77.0.10/32 tcp dport 6379 accept");
        expect(front).not.toContain("dport 4080");
    });

    test("is reached by TLS, through HAProxy, which verifies each machine", () => {
        const balancer = stack.text("balancer-files");
        expect(balancer).toContain("verify required ca-file /etc/haproxy/authorities/balancer.pem");
        expect(stack.names(/^applications-tls.*-authority$/)).toHaveLength(1);
        expect(stack.named("applications-tls-app1-certificate").inputs).toMatchObject({
            allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
        });
        for (const name of ["app1", "app2"]) {
            const server = `server ${name} 10.77.0.10:4080 verifyhost 10.77.0.10`;
            expect(balancer).toContain(server);
            const arguments_ = "--certfile /etc/omero-web/tls/certificate.pem --keyfile /etc/omero-web/tls/key.pem";
            expect(stack.text(`${name}-omero-web-configuration`)).toContain(`omero.web.wsgi_args=${arguments_}`);
        }
        expect(stack.text("site-files")).toContain("server 127.0.0.1:4081 fail_timeout=0;");
        expect(stack.text("site-files")).not.toContain("alias");
    });

    test("has one key of Django's and one Redis, both secret, reached by TLS", () => {
        expect(stack.names(/secret-key$/)).toEqual(["applications-secret-key"]);
        for (const name of ["app1", "app2"]) {
            const secrets = stack.named(`${name}-omero-web-secrets`).inputs["stdin"];
            expect(secrets).toMatchObject({ [SECRET_MARK]: expect.anything() as unknown });
            expect(JSON.stringify(secrets)).toContain("omero.web.secret_key=");
            expect(JSON.stringify(secrets)).toContain("rediss://10.77.0.10:6379/0");
            expect(stack.text(`${name}-redis-answering`)).toContain("/etc/science-stacks/redis-authority.pem");
        }
        expect(stack.text("redis-settings")).toContain("port 0\ntls-port 6379\n");
    });

    test("is installed side by side, and started on one machine after the other", () => {
        expect(stack.before("app2-omero-web-software")).not.toContain("balancer-sees-app1");
        expect(stack.before("app1-omero-web-configuration")).not.toContain("balancer-sees-app2");
        expect(stack.before("app2-omero-web-configuration")).toEqual(
            expect.arrayContaining(["app2-omero-web-software", "app2-redis-answering", "balancer-sees-app1"]),
        );
        expect(stack.before("balancer-sees-app1")).toEqual(
            expect.arrayContaining(["balancer-files", "app1-omero-web-configuration"]),
        );
        // What moves here from the first machine is used until it can be used here.
        expect(stack.before("redis-settings")).toContain("applications-make-way");
        expect(stack.before("applications-make-way")).toEqual(
            expect.arrayContaining(["app1-omero-web-software", "app2-omero-web-software"]),
        );
        expect(stack.before("site-files")).toContain("balancer-sees-app1");
    });
});

test("the packages of a machine are upgraded before the next one is touched", async () => {
    const stack = await RecordedStack.of(() => onMachines({ packagesAsOf: "2026-11-21" }), true);
    expect(stack.before("balancer-sees-app1")).toContain("app1-packages-upgrade");
    expect(stack.before("packages-upgrade")).toEqual(
        expect.arrayContaining(["balancer-sees-app1", "balancer-sees-app2"]),
    );
});

test("with a Redis elsewhere, the first machine has neither a Redis nor a volume", async () => {
    const url = "rediss://cache.example.org:6379/0";
    const stack = await RecordedStack.of(() => onMachines({ redis: { url } }));
    expect(stack.names(/^(redis|data)/)).toEqual([]);
    expect(stack.text("packages")).not.toContain("redis-server");
    expect(stack.text("firewall-trial")).not.toContain("dport 6379");
    expect(stack.text("app1-redis-answering")).toContain(url);
});

const onAws = {
    "science-stacks:applications": { app1: MACHINE_ON_AWS, app2: MACHINE_ON_AWS },
    "science-stacks:backup": undefined,
};
describeOnAws("omero-web-prod", onAws, { role: "app2", port: 4080 });

test("on AWS, Redis on the first machine lets in each of them", async () => {
    const stack = await RecordedStack.of(program(configured("omero-web-prod", {}, onAws)));
    expect(stack.namesOf("SecurityGroupIngressRule").filter((name) => name.includes("6379"))).toEqual([
        "firewall-6379-eoxserver-test-app1",
        "firewall-6379-eoxserver-test-app2",
    ]);
});
