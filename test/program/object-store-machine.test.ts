import type { DcorConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { describeOnAws, MACHINE_ON_AWS, testFurtherMachine } from "./further-machine";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const machine = { platform: "local" };
const three = (keys: Record<string, unknown> = {}) =>
    dcor(
        configOf<DcorConfig>({
            product: "dcor",
            postgresql: { machine },
            objectStore: { mode: "minio", machine, data: { sizeGiB: 7 } },
            ...keys,
        }),
    );

/** And with backups of all of it. */
const threeBackedUp = () => three({ backup: { repository: { mode: "directory", path: "/mnt/backups" } } });

testRules("DCOR with its database and its object store on machines of their own, and backups", threeBackedUp);

test("each machine's own is backed up, that of the databases before the files", async () => {
    const stack = await RecordedStack.of(threeBackedUp);
    const [first, database, store] = [
        stack.text("backup-repository"),
        stack.text("database-backup-repository"),
        stack.text("object-store-backup-repository"),
    ];
    expect(first).toMatch(/host=eoxserver-test\n.*\npaths=\(\/data\/ckan\)\n.*\ndatabases=no\n/s);
    expect(first).toContain("databases_of=eoxserver-test-database\n");
    expect(database).toMatch(
        /host=eoxserver-test-database\n.*\npaths=\(\)\n.*\ndatabases=here\nadministrator=postgres\n/s,
    );
    expect(database).toContain("databases_of=''\n");
    expect(store).toMatch(/host=eoxserver-test-object-store\n.*\npaths=\(\/data\/minio\)\n.*\ndatabases=no\n/s);
    expect(store).toContain("databases_of=eoxserver-test-database\n");
    for (const role of ["database", "object-store"]) {
        expect(stack.text(`${role}-packages`)).toContain("restic");
        expect(stack.before(`${role}-backup`)).toContain("backup");
    }
    // One password for all.
    expect(stack.names(/backup-password$/)).toHaveLength(1);
});

testRules("DCOR with its database and its object store on machines of their own", three);

describe("an object store on a machine of its own", () => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(three);
    });

    testFurtherMachine(() => stack, {
        ...{ role: "object-store", port: 9000, request: "object-store-tls-request" },
        outputs: ["database", "databaseSsh", "objectStoreMachine", "objectStoreSsh"],
    });

    test("is not on the first machine, and has updates of its own", () => {
        expect(stack.text("object-store-packages")).toContain("unattended-upgrades");
        expect(stack.names(/^minio/)).toEqual([]);
        expect(stack.text("object-store-server-server")).toContain(
            "\naddress=10.77.0.10:9000\nauthority=/etc/minio/certs/CAs/science-stacks.crt\n",
        );
    });

    test("is reached by users through nginx, which verifies it", () => {
        const site = stack.text("site-nginx-files");
        expect(site).toContain("proxy_pass https://10.77.0.10:9000;");
        expect(site).toContain("proxy_ssl_verify on;");
        expect(site).toContain("write_file /etc/science-stacks/object-store-authority.pem ");
        expect(stack.text("firewall-trial")).toContain("dport 9443 accept");
    });

    test("is used by CKAN once it is there, and its firewall with it", () => {
        expect(stack.before("dcor-start")).toEqual(
            expect.arrayContaining(["object-store-server-server", "object-store-firewall"]),
        );
    });
});

test("the packages of each machine are upgraded before those of the first", async () => {
    const stack = await RecordedStack.of(() => three({ packagesAsOf: "2026-11-21" }), true);
    expect(stack.before("packages-upgrade")).toEqual(
        expect.arrayContaining(["database-packages-upgrade", "object-store-packages-upgrade"]),
    );
});

describeOnAws(
    "dcor-prod",
    {
        "science-stacks:postgresql": MACHINE_ON_AWS,
        "science-stacks:objectStore": { mode: "minio", ...MACHINE_ON_AWS },
    },
    { role: "object-store", port: 9000 },
);
