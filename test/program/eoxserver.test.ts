import * as pulumi from "@pulumi/pulumi";
import { EoxServer } from "../../components/eoxserver/eoxserver";
import type { EoxServerConfig } from "../../stacks/config";
import { eoxserver } from "../../stacks/eoxserver";
import { opened } from "./policy";
import { record, SENTINELS } from "./recorder";
import { configOf, nameOf, testRules } from "./rules";

const config = (instances: string[]) => configOf<EoxServerConfig>({ product: "eoxserver", instances });

testRules("EOxServer with two instances", () => eoxserver(config(["instance00", "ocean"])));

const elsewhere = () =>
    eoxserver({
        ...config(["instance00"]),
        postgresql: {
            sharedBuffersMiB: 256,
            url: "postgresql://admin@db.example.org:5433/",
            password: pulumi.secret(SENTINELS[0]!),
        },
    });

testRules("EOxServer with its database elsewhere", elsewhere);

test("a server elsewhere is asked before anything is made there; the machine has none, and backs none up", async () => {
    const { resources } = await record(elsewhere, false);
    const named = (name: string) => resources.find((each) => each.name === name);
    expect(named("database-answering")?.inputs["stdin"]).toContain("url=postgresql://admin@db.example.org:5433/\n");
    const made = [named("eoxserver-instance00-database")?.options.dependsOn].flat().map(nameOf);
    expect(made).toContain("database-answering");
    const packages = String(named("packages")?.inputs["stdin"]);
    expect(packages).toContain("postgresql-client");
    expect(packages).not.toContain("postgresql-15");
    expect(EoxServer.backup(["instance00"]).databases).toBeUndefined();
});

const withStorages = () =>
    eoxserver({
        ...config(["instance00"]),
        storages: {
            archive: {
                mode: "s3",
                ...{ url: "https://s3.example.org:9000", region: "us-east-1", bucket: "scenes" },
                ...{ accessKeyId: "reader", secretAccessKey: pulumi.secret(SENTINELS[0]!) },
            },
        },
    });

testRules("EOxServer with data in a bucket", withStorages);

test("the keys of a bucket are tried before anything is installed, and each instance gets them as a secret file", async () => {
    const { resources } = await record(withStorages, false);
    const named = (name: string) => resources.find((each) => each.name === name);
    const tried = JSON.parse(opened(named("storage-archive-keys")?.inputs["stdin"]) as string) as object;
    expect(tried).toMatchObject({ url: "https://s3.example.org:9000", bucket: "scenes", reads: true });
    expect([named("packages")?.options.dependsOn].flat().map(nameOf)).toContain("storage-archive-keys");
    const secrets = opened(named("eoxserver-instance00-secrets")?.inputs["stdin"]);
    expect(secrets).toContain("/etc/science-stacks/secrets/eoxserver-instance00-storages");
    expect(secrets).toContain("s3.example.org:9000");
    expect(String(named("eoxserver-instance00-instance")?.inputs["stdin"])).toContain(
        "storages=eoxserver-instance00-storages",
    );
});

test.each([true, false])("the lines of the files that hold no secret are shown (preview: %s)", async (preview) => {
    const { resources } = await record(() => eoxserver(config(["instance00"])), preview);
    const stdin = resources.find(({ name }) => name === "database-settings")?.inputs["stdin"];
    expect(stdin).toContain("listen_addresses = ''");
});

test("an instance more is three steps and two passwords, whichever instances there are", async () => {
    const count = async (instances: string[]) =>
        (await record(() => eoxserver(config(instances)), false)).resources.length;
    const [one, two, five] = [
        await count(["a1"]),
        await count(["a1", "b1"]),
        await count(["a1", "b1", "c1", "d1", "e1"]),
    ];
    expect(two - one).toBe(6);
    expect(five - two).toBe(3 * (two - one));
});
