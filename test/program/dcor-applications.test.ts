import type { DcorConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { describeOnAws, MACHINE_ON_AWS } from "./further-machine";
import { SECRET_MARK } from "./recorder";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const local = { platform: "local" };
const own = { machine: local };
const onMachines = (keys: Record<string, unknown> = {}) =>
    dcor(
        configOf<DcorConfig>({
            ...{ product: "dcor", serverName: "dcor.example.org", applications: { app1: own, app2: own } },
            // Not the first by its name: what is done once is done on this one.
            dcor: { storageMachine: "app2" },
            ...{ postgresql: own, redis: own, solr: own, ...keys },
        }),
    );

testRules("DCOR on two machines of its own", () => onMachines());

describe("DCOR on machines of its own", () => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(() => onMachines());
    });

    test("is on machines that are named by the stack, each with its volumes; the first has nginx, HAProxy and MinIO", () => {
        for (const name of ["app1", "app2"]) {
            expect(stack.text(`${name}-machine-guest`)).toContain(
                `machine=eoxserver-test-${name}\nstack=eoxserver-test\n`,
            );
            expect(stack.text(`${name}-data-mount`)).toContain(`owner=eoxserver-test-${name}\n`);
            expect(stack.text(`${name}-scratch-mount`)).toContain("mount_point=/cache\n");
            expect(stack.text(`${name}-packages`)).toMatch(/curl .*haproxy .*supervisor .*unattended-upgrades/);
            expect(stack.text(`${name}-packages`)).not.toMatch(/nginx|postgresql-client/);
        }
        expect(stack.names(/^(dcor-(software|secrets|configuration|jobs|logs|start)|build-packages)$/)).toEqual([]);
        expect(stack.names(/^(data|scratch)-mount$/)).toEqual(["data-mount", "scratch-mount"]);
        expect(stack.text("packages")).toMatch(/haproxy .*nginx-light .*postgresql-client/);
        expect(stack.text("packages")).not.toMatch(/supervisor|gcc/);
        expect(Object.keys(stack.outputs)).toEqual(
            expect.arrayContaining(["applications", "applicationSsh", "administratorPassword", "apiToken"]),
        );
    });

    test("lets nginx' machine in alone; what they share lets them in, and the object store by nginx", () => {
        const rules = stack.text("app2-firewall-trial");
        expect(rules.match(/dport \d+/g)).toEqual(["dport 7443", "dport 22"]);
        expect(rules).toContain("ip saddr 10.77.0.10/32 tcp dport 7443 accept");
        for (const [service, port] of [
            ["database", 5432],
            ["redis", 6379],
            ["search", 8983],
        ] as const) {
            const doors = stack.text(`${service}-firewall-trial`).match(/dport \d+/g);
            expect(doors).toEqual([...Array.from({ length: 3 }, () => `dport ${port}`), "dport 22"]);
            expect(stack.before(`${service}-firewall-trial`)).toContain("balancer-files");
        }
        expect(stack.text("firewall-trial").match(/ip saddr 10\.77\.0\.10\/32 tcp dport (443|9443) /g)).toHaveLength(4);
    });

    test("is reached by TLS, through HAProxy; pictures are one machine's", () => {
        const balancer = stack.text("balancer-files");
        const server = (name: string) => `server ${name} 10.77.0.10:7443 verifyhost 10.77.0.10`;
        expect(balancer.split(server("app1"))).toHaveLength(2);
        expect(balancer.split(server("app2"))).toHaveLength(3);
        expect(balancer).toContain(
            "use_backend dcor-storage if { path_beg /uploads/ } || { req.hdr(Content-Type) -m beg -i multipart/form-data }",
        );
        expect(stack.text("balancer-sees-app1")).toContain("backends=(dcor)\n");
        expect(stack.text("balancer-sees-app2")).toContain("backends=(dcor-storage dcor)\n");
        expect(stack.text("site-nginx-files")).toContain("proxy_pass http://127.0.0.1:4081;");
        expect(stack.text("app1-endpoint-files")).toContain("bind 10.77.0.10:7443 ssl crt");
    });

    test("has one database, one administrator and one key, and does on one machine what is done once", () => {
        expect(stack.names(/dcor-(secret-key|token-id|admin-password)$/)).toHaveLength(3);
        expect(stack.names(/^database-(database|password)$/)).toHaveLength(2);
        expect(stack.names(/-dcor-jobs$/)).toEqual(["app2-dcor-jobs"]);
        expect(stack.text("app2-dcor-configuration")).toContain("administrator=admin\n");
        expect(stack.text("app1-dcor-configuration")).toMatch(/\nadministrator=('')?\n/);
        for (const name of ["app1", "app2"]) {
            const { stdin } = stack.named(`${name}-dcor-secrets`).inputs;
            expect(stdin).toMatchObject({ [SECRET_MARK]: expect.anything() as unknown });
            expect(stack.text(`${name}-dcor-secrets`).includes("/dcor-administrator")).toBe(name === "app2");
            expect(stack.text(`${name}-dcor-configuration`)).toContain("10.77.0.10 dcor.example.org # DCOR");
            expect(stack.text(`${name}-database-authority`)).toContain("/postgresql-authority.pem");
        }
    });

    test("is installed side by side, and started on one machine after the other", () => {
        expect(stack.before("app1-dcor-software")).not.toContain("balancer-sees-app2");
        expect(stack.before("app1-dcor-configuration")).toEqual(
            expect.arrayContaining([
                ...["app1-dcor-software", "app1-database-authority", "app1-redis-answering", "app1-firewall"],
                ...["database-database", "search-server-core", "balancer-sees-app2"],
            ]),
        );
        expect(stack.before("app2-dcor-configuration")).not.toContain("balancer-sees-app1");
        expect(stack.before("search-server-core")).toEqual(
            expect.arrayContaining(["app1-dcor-software", "app2-dcor-software"]),
        );
        // What moves here from the first machine is used there until it can be used here.
        expect(stack.before("site-directories")).toContain("balancer-sees-app2");
        expect(stack.before("health")).toContain("balancer-sees-app1");
    });
});

test("each machine backs up what CKAN keeps there; one has the search index built after a restore", async () => {
    const backup = { repository: { mode: "directory", path: "/srv/backups" } };
    const stack = await RecordedStack.of(() => onMachines({ backup }));
    const settings = (name: string) => stack.text(`${name}-repository`);
    expect(settings("backup")).not.toContain("/data/ckan");
    expect(settings("app1-backup")).toContain("/data/ckan");
    expect(settings("app1-backup")).not.toContain("rebuild-search-index");
    expect(settings("app2-backup")).toContain("rebuild-search-index");
    expect(settings("app1-backup")).toContain("supervisor.service");
});

const onAws = {
    "science-stacks:serverName": "dcor.example.org",
    "science-stacks:applications": { app1: MACHINE_ON_AWS, app2: MACHINE_ON_AWS },
    "science-stacks:dcor": { storageMachine: "app1" },
    "science-stacks:postgresql": MACHINE_ON_AWS,
    "science-stacks:redis": MACHINE_ON_AWS,
    "science-stacks:solr": MACHINE_ON_AWS,
};
const clients = ["eoxserver-test", "eoxserver-test-app1", "eoxserver-test-app2"];
describeOnAws("dcor-prod", onAws, { role: "app2", port: 7443 });
describeOnAws("dcor-prod", onAws, { role: "redis", port: 6379, clients });
