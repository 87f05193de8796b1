import { expectRefusedOnce, parse, refused } from "./config-given";

const SECRETS = ["storages"];
const storage = (keys: object = {}) => ({
    mode: "s3",
    url: "https://s3.eu-central-1.amazonaws.com",
    region: "eu-central-1",
    bucket: "scenes",
    accessKeyId: "AKIA0000000000000000",
    secretAccessKey: "5e11a-not-to-be-seen",
    ...keys,
});

describe("The buckets that EOxServer serves files from", () => {
    test("are by name, and what need not be said has a default", () => {
        const { storages } = parse({ storages: { archive: storage({ region: undefined }) } }, SECRETS);
        expect(storages).toEqual({
            archive: { ...storage(), region: "us-east-1", secretAccessKey: expect.anything() as unknown },
        });
        expect(parse({}).storages).toBeUndefined();
    });

    test.each([
        ["a name with a colon", { "s3:archive": storage() }, "storages.s3:archive", /no name of a storage/, /1 to 20/],
        [
            "a bucket in the address",
            { archive: storage({ url: "https://s3.example.org/scenes" }) },
            "storages.archive.url",
            /it has a path/,
            /Give "https:\/\/s3.example.org"/,
        ],
        [
            "one with TLS and one without",
            { archive: storage(), second: storage({ url: "http://10.0.0.5:9000" }) },
            "storages.second.url",
            /one way|one for all/,
            /begin in the same way/,
        ],
        [
            "one that is made elsewhere than on AWS",
            { archive: { mode: "aws" } },
            "storages.archive.mode",
            /on AWS/,
            /"s3"/,
        ],
        ["no bucket", { archive: storage({ bucket: undefined }) }, "storages.archive.bucket", /must be set/, /bucket/],
    ])("are refused with %s", (_, storages, key, reason, advice) => {
        expectRefusedOnce({ storages }, key, reason, advice, SECRETS);
    });

    test("have keys that are encrypted, and never shown", () => {
        const { problems, message } = refused({ storages: { archive: storage() } });
        expect(problems.map(({ key }) => key)).toEqual(["storages.archive.secretAccessKey"]);
        expect(message).not.toContain("5e11a");
    });
});
