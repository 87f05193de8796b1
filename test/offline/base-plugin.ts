import { Archive, Asset, serve } from "../../offline/plugins/base";

/** A plugin that has one of each thing that the base does for its plugins; made for their test. */
void serve({
    name: "base",
    version: "1.0.0",
    resources: {
        "base:index:Thing": {
            inputs: {
                name: { type: "string", required: true },
                size: { type: "integer", default: 3 },
                place: { type: "string", replace: true },
                color: { type: "string", oneOf: ["red", "blue"] },
                password: { type: "string", secret: true },
                any: { type: "any" },
                nested: {
                    type: "object",
                    fields: { key: { type: "string", secret: true }, deep: { type: "number", default: 1 } },
                },
            },
            outputs: { result: {}, token: { secret: true }, born: { stable: true } },
            check: (inputs) => ({
                inputs,
                failures: "size" in inputs && inputs.size === 13 ? [{ property: "size", reason: "bad luck" }] : [],
            }),
            create(inputs, context) {
                const { name, any } = inputs as { name: string; any?: unknown };
                if (name === "fail") {
                    throw new Error(`cannot make it of ${JSON.stringify(inputs)}`);
                }
                context.log("warning", `making ${JSON.stringify(inputs)}`);
                const files = new Archive({ assets: { a: new Asset({ text: "x" }, "1") } }, "2");
                return {
                    id: `id-${name}`,
                    outputs: { result: name, token: "t0ken", born: "today", any: any ?? files },
                };
            },
            update: ({ newInputs }) => ({ result: `again ${(newInputs as { name: string }).name}` }),
            read: ({ id }) =>
                id === "gone" ? undefined : { id, inputs: { name: id }, outputs: { result: id, token: "t0ken" } },
        },
        "base:index:Fixed": {
            inputs: { value: { type: "any" } },
            outputs: {},
            deleteBeforeReplace: true,
            create: () => ({ id: "fixed", outputs: {} }),
        },
    },
});
