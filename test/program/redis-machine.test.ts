import type { DcorConfig, OmeroWebConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { omeroWeb } from "../../stacks/omero-web";
import { describeOnAws, MACHINE_ON_AWS, testFurtherMachine } from "./further-machine";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const local = { platform: "local" };
const redis = { machine: local, data: { sizeGiB: 7 } };
const applications = { app1: { machine: local }, app2: { machine: local } };
const sessions = (keys: Record<string, unknown> = {}) =>
    omeroWeb(configOf<OmeroWebConfig>({ product: "omero-web", redis, ...keys }));
const queue = (keys: Record<string, unknown> = {}) => dcor(configOf<DcorConfig>({ product: "dcor", redis, ...keys }));

const backup = { repository: { mode: "directory", path: "/mnt/backups" } };
testRules("OMERO.web with Redis on a machine of its own, and backups", () => sessions({ backup }));
testRules("OMERO.web on several machines with Redis on one of its own", () => sessions({ applications }));
testRules("DCOR with Redis on a machine of its own, and backups", () => queue({ backup }));

const PRODUCTS = { "OMERO.web": sessions, DCOR: queue };

describe.each(Object.entries(PRODUCTS))("Redis of %s on a machine of its own", (_, product) => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(() => product({ backup }));
    });

    testFurtherMachine(() => stack, {
        ...{ role: "redis", port: 6379, request: "redis-server-tls-request" },
        outputs: ["redisMachine", "redisSsh", "redisUrl"],
    });

    test("is not on the first machine, and speaks TLS alone", () => {
        expect(stack.text("redis-packages")).toContain("redis-server");
        expect(stack.text("packages")).not.toContain("redis-server");
        expect(stack.names(/^redis-(settings|directory|password)$/)).toEqual([]);
        expect(stack.text("redis-server-settings")).toContain("port 0\ntls-port 6379\n");
    });

    test("is asked by the first machine once it is there, and its firewall with it", () => {
        expect(stack.before("redis-client-answering")).toEqual(
            expect.arrayContaining(["redis-server-settings", "redis-firewall"]),
        );
        const asked = stack.text("redis-client-answering");
        expect(asked).toContain("rediss://10.77.0.10:6379/0");
        expect(asked).toContain("/etc/science-stacks/redis-authority.pem");
    });

    test("is not backed up, as it is not on one machine", () => {
        expect(stack.named("backup-repository")).toBeDefined();
        expect(stack.names(/^redis-backup/)).toEqual([]);
        expect(stack.text("redis-packages")).not.toContain("restic");
    });
});

test("its address, with its password and authority, is with the product's secrets", async () => {
    const web = await RecordedStack.of(() => sessions());
    const ckan = await RecordedStack.of(() => queue());
    expect(web.text("omero-web-secrets")).toContain("/etc/science-stacks/redis-authority.pem");
    expect(ckan.text("dcor-secrets")).toContain(
        "10.77.0.10:6379/0?ssl_check_hostname=true&ssl_ca_certs=/etc/science-stacks/redis-authority.pem",
    );
});

test("beside machines of OMERO.web it lets those in, and not the first, which keeps its volume", async () => {
    const stack = await RecordedStack.of(() => sessions({ applications }));
    for (const name of ["app1", "app2"]) {
        expect(stack.before(`${name}-redis-answering`)).toEqual(
            expect.arrayContaining(["redis-server-settings", "redis-firewall"]),
        );
    }
    expect(stack.names(/^redis-client|^applications-make-way/)).toEqual([]);
    expect(stack.named("data-mount")).toBeDefined();
});

test.each(Object.entries(PRODUCTS))(
    "of %s, its packages are upgraded before the first machine's",
    async (_, product) => {
        const stack = await RecordedStack.of(() => product({ packagesAsOf: "2026-11-21" }), true);
        expect(stack.before("packages-upgrade")).toContain("redis-packages-upgrade");
    },
);

const onAws = { "science-stacks:redis": MACHINE_ON_AWS };
describeOnAws("dcor-prod", onAws, { role: "redis", port: 6379 });
describeOnAws(
    "omero-web-prod",
    {
        ...onAws,
        "science-stacks:applications": { app1: MACHINE_ON_AWS, app2: MACHINE_ON_AWS },
        "science-stacks:backup": undefined,
    },
    { role: "redis", port: 6379, clients: ["eoxserver-test-app1", "eoxserver-test-app2"] },
);
