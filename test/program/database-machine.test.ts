import type { DcorConfig, EoxServerConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { eoxserver } from "../../stacks/eoxserver";
import { describeOnAws, MACHINE_ON_AWS, testFurtherMachine } from "./further-machine";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const ofEoxServer = () =>
    eoxserver(
        configOf<EoxServerConfig>({
            product: "eoxserver",
            instances: ["instance00"],
            postgresql: { machine: { platform: "local" }, data: { sizeGiB: 7 }, sharedBuffersMiB: 512 },
        }),
    );

testRules("EOxServer with its database on a machine of its own", ofEoxServer);

const ofDcor = () => dcor(configOf<DcorConfig>({ product: "dcor", postgresql: { machine: { platform: "local" } } }));

testRules("DCOR with its database on a machine of its own", ofDcor);

test("CKAN connects to the other machine by TLS, and is told that it verifies it", async () => {
    const stack = await RecordedStack.of(ofDcor);
    const tls = "sslmode=verify-full&sslrootcert=/etc/science-stacks/postgresql-authority.pem";
    expect(stack.text("dcor-secrets")).toContain(`@/ckan_default?host=10.77.0.10&port=5432&${tls}`);
    expect(stack.text("database-packages")).toContain("unattended-upgrades");
    expect(stack.text("packages")).not.toContain("postgresql-15");
});

describe("a database on a machine of its own", () => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(ofEoxServer);
    });

    testFurtherMachine(() => stack, {
        ...{ role: "database", port: 5432, request: "database-server-tls-request" },
        outputs: ["database", "databaseSsh"],
    });

    test("is not on the first machine", () => {
        expect(stack.text("database-packages")).toContain("postgresql-15-postgis-3");
        expect(stack.text("packages")).not.toContain("postgresql-15");
    });

    test("lets the first machine's address in, by TLS and a password, and nobody else", () => {
        const settings = stack.text("database-server-settings");
        expect(settings).toContain("\nhostssl all all 10.77.0.10/32 scram-sha-256\n");
        expect(settings.match(/^(local|host).*/gm)).toHaveLength(3);
        expect(settings).toContain("ssl = on\n");
        expect(settings).toContain("shared_buffers = 512MB\n");
    });

    test("is asked by the first machine once it is there, and its firewall with it", () => {
        expect(stack.before("database-answering")).toEqual(
            expect.arrayContaining(["database-server-administrator", "database-firewall"]),
        );
        expect(stack.text("database-answering")).toContain("url=postgresql://administrator@10.77.0.10:5432/postgres\n");
    });

    test("has a certificate of an authority that signs nothing else", () => {
        expect(stack.named("database-server-tls-certificate").inputs).toMatchObject({
            allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
        });
        expect(stack.named("database-server-tls-authority").inputs).toMatchObject({ isCaCertificate: true });
    });
});

describeOnAws("eoxserver-prod", { "science-stacks:postgresql": MACHINE_ON_AWS }, { role: "database", port: 5432 });
