/** `npm run cost -- STACK`: what a stack would cost a month, resource by resource. Asks no account. */
import { existsSync } from "node:fs";
import { ConfigError } from "../../stacks/config/problem";
import { costs } from "./price";
import { stackResources } from "./stack-resources";
import { costTable } from "./table";

async function main(stack: string): Promise<void> {
    const { resources, region } = await stackResources(stack);
    process.stdout.write(
        region === undefined
            ? `${stack} is not on AWS: nobody sends a bill for it.\n`
            : costTable(stack, region, costs(resources, region)),
    );
}

const stack = process.argv[2] ?? "";
if (!existsSync(`stacks/Pulumi.${stack}.yaml`)) {
    console.error(`There is no stacks/Pulumi.${stack}.yaml. Usage: npm run cost -- <stack>`);
    process.exit(2);
}
main(stack).catch((error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
});
