import type { DcorConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { describeOnAws, MACHINE_ON_AWS, testFurtherMachine } from "./further-machine";
import { RecordedStack } from "./recorded-stack";
import { configOf, testRules } from "./rules";

const beside = () =>
    dcor(
        configOf<DcorConfig>({
            product: "dcor",
            solr: { machine: { platform: "local" }, data: { sizeGiB: 7 }, heapMiB: 300 },
            backup: { repository: { mode: "directory", path: "/mnt/backups" } },
        }),
    );

testRules("DCOR with its Solr on a machine of its own, and backups", beside);

describe("a Solr on a machine of its own", () => {
    let stack: RecordedStack;
    beforeAll(async () => {
        stack = await RecordedStack.of(beside);
    });

    testFurtherMachine(() => stack, {
        ...{ role: "search", port: 8983, request: "search-tls-request" },
        outputs: ["searchMachine", "searchSsh"],
    });

    test("is not on the first machine, and has updates of its own", () => {
        expect(stack.text("search-packages")).toContain("unattended-upgrades");
        expect(stack.text("search-server-server")).toContain("SOLR_HEAP=300m");
        expect(stack.names(/^solr/)).toEqual([]);
        expect(stack.text("packages")).not.toContain("default-jre-headless");
    });

    test("listens there, by TLS", () => {
        expect(stack.text("search-server-server")).toContain("SOLR_JETTY_HOST=10.77.0.10");
        expect(stack.text("search-server-server")).toContain("SOLR_SSL_ENABLED=true");
        expect(stack.text("search-server-core")).toContain("url=https://10.77.0.10:8983\n");
    });

    test("is asked by CKAN with its password, and verified by the authority that the machine is given", () => {
        const configuration = stack.text("dcor-configuration");
        expect(configuration).toContain("solr_url = https://10.77.0.10:8983/solr/ckan\nsolr_user = ckan\n");
        expect(configuration).toContain(
            "write_file /usr/local/share/ca-certificates/science-stacks-search-authority.crt ",
        );
        expect(configuration).not.toContain("solr_password");
        expect(stack.text("dcor-secrets")).toContain("solr_password");
        expect(stack.before("dcor-configuration")).toEqual(
            expect.arrayContaining(["search-server-core", "search-firewall"]),
        );
    });

    test("has CKAN's schema from CKAN's package, and no other one before what there is has been backed up", () => {
        expect(stack.text("search-schema")).toMatch(/\nckan==2\.11\.6 \\\n {4}--hash=sha256:[0-9a-f]{64}\nEND\n/);
        expect(stack.before("search-server-core")).toEqual(expect.arrayContaining(["search-schema", "dcor-software"]));
    });

    test("is not backed up: a restore has CKAN build the index anew", () => {
        expect(stack.names(/^search-backup/)).toEqual([]);
        expect(stack.text("search-packages")).not.toContain("restic");
        const settings = stack.text("backup-repository");
        expect(settings).toContain("rebuild=(/var/lib/science-stacks/rebuild-search-index)");
        expect(settings).not.toContain("solr.service");
        expect(settings).toContain("forget=()");
    });

    test("that is another machine is a change of the step that builds the index anew", () => {
        expect(stack.text("dcor-configuration")).toMatch(/\nsearch=\S+\n/);
    });
});

describeOnAws("dcor-prod", { "science-stacks:solr": MACHINE_ON_AWS }, { role: "search", port: 8983 });
