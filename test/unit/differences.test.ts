import { differences } from "../../environments/differences";
import { Secret } from "../../stacks/config/secret";

test("what two environments have otherwise is named with both values, and nothing else is", () => {
    const dev = { product: "omero-web", data: { sizeGiB: 10, onDestroy: "delete" }, omeroWeb: { apps: ["figure"] } };
    const prod = {
        product: "omero-web",
        data: { sizeGiB: 500, onDestroy: "refuse" },
        omeroWeb: { apps: ["figure", "x"] },
    };
    expect(differences(dev, { ...prod, serverName: "x.org" })).toEqual([
        { key: "data.sizeGiB", first: "10", second: "500" },
        { key: "data.onDestroy", first: '"delete"', second: '"refuse"' },
        { key: "omeroWeb.apps", first: '["figure"]', second: '["figure","x"]' },
        { key: "serverName", first: "not set", second: '"x.org"' },
    ]);
});

test("secrets are compared, and never shown, also in a list", () => {
    const config = (password: string) => ({ redis: { password: new Secret(password) }, keys: [new Secret(password)] });
    expect(differences(config("hunter2"), config("hunter2"))).toEqual([]);
    const found = differences(config("hunter2"), config("s3cret"));
    expect(found.map(({ key }) => key)).toEqual(["redis.password", "keys[0]"]);
    expect(JSON.stringify(found)).not.toMatch(/hunter2|s3cret/);
});
