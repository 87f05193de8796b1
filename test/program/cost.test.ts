import { costs } from "../../scripts/cost/price";
import { stackResources } from "../../scripts/cost/stack-resources";
import { AWS_STACKS } from "./aws-stacks";

test.each(AWS_STACKS)("the bill of %s has what it is made of", async (stack) => {
    const { resources, region } = await stackResources(stack);
    expect(region).toBe("eu-central-1");
    const lines = costs(resources, "eu-central-1").map(({ resource, what }) => `${resource}: ${what.split(/[ ,]/)[0]}`);
    expect(lines).toEqual(
        expect.arrayContaining(["machine: instance", "machine: gp3", "data-volume: gp3", "machine-ip: public"]),
    );
    expect(lines.includes("object-store-bucket: S3")).toBe(stack.startsWith("dcor"));
});
