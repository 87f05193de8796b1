import * as pulumi from "@pulumi/pulumi";
import type { DcorConfig } from "../../stacks/config";
import { dcor } from "../../stacks/dcor";
import { record } from "./recorder";
import { configOf, testRules } from "./rules";

const config = (keys: Record<string, unknown> = {}) => configOf<DcorConfig>({ product: "dcor", ...keys });
const nameOf = (resource: unknown) => (resource as pulumi.Resource & { __name: string }).__name;

testRules("DCOR", () => dcor(config()));

const SERVICES = /^(postgresql|database|redis|solr|minio)/;

test("services elsewhere leave none of theirs on the machine; Redis is asked before CKAN is given it", async () => {
    const elsewhere = () => {
        const given = config({ redis: { url: "redis://queue.example.org:6379/0" } });
        const secret = pulumi.secret("not-to-be-seen");
        return dcor({
            ...given,
            postgresql: { ...given.postgresql, url: secret },
            solr: { ...given.solr, url: "http://search.example.org:8983/solr/ckan" },
            objectStore: {
                mode: "s3",
                ...{ url: "https://s3.example.org", region: "us-east-1", accessKeyId: "KEY1", secretAccessKey: secret },
            },
        });
    };
    const { resources } = await record(elsewhere, false);
    expect(resources.map(({ name }) => name).filter((name) => SERVICES.test(name))).toEqual([
        ...["redis-client", "redis-client-secrets", "redis-client-answering"],
    ]);
    const configured = resources.find(({ name }) => name === "dcor-configuration");
    expect((configured?.options.dependsOn as pulumi.Resource[]).map(nameOf)).toContain("redis-client-answering");
    const packages = resources.find(({ name }) => name === "packages");
    expect(packages?.inputs["stdin"]).not.toMatch(/redis-server|postgresql-15|jre/);
    // Keys that the object store refuses end the up before the first package.
    expect((packages?.options.dependsOn as pulumi.Resource[]).map(nameOf)).toContain("object-store-keys");
});

test("no package is installed before the volumes are there and large enough", async () => {
    const { resources } = await record(() => dcor(config()), false);
    const { dependsOn } = resources.find(({ name }) => name === "packages")!.options;
    expect((dependsOn as pulumi.Resource[]).map(nameOf)).toEqual(
        expect.arrayContaining(["data-mount", "scratch-mount"]),
    );
});

test("what CKAN is configured with is readable in a preview, but for its secrets", async () => {
    const { resources } = await record(() => dcor(config()), false);
    const step = resources.find(({ name }) => name === "dcor-configuration")!;
    expect(step.inputs["stdin"]).toContain("\nckan.site_url = https://10.77.0.10\n");
    expect(step.inputs["stdin"]).not.toMatch(/SECRET_KEY|sqlalchemy\.url|secret_access_key/);
});
