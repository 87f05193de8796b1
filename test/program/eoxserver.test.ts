import type { EoxServerConfig } from "../../stacks/config";
import { eoxserver } from "../../stacks/eoxserver";
import { record } from "./recorder";
import { configOf, testRules } from "./rules";

const config = (instances: string[]) => configOf<EoxServerConfig>({ product: "eoxserver", instances });

testRules("EOxServer with two instances", () => eoxserver(config(["instance00", "ocean"])));

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
