/** Prints the output `url` of the stack whose state, of the file backend, is in the given file. It is no secret. */
import { readFileSync } from "node:fs";

const { checkpoint } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const stack = checkpoint.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
console.log(stack.outputs.url);
