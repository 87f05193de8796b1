/** Reads a state with its secrets shown from standard input; prints the generated password of the stack's backups, if it has one. */
import { text } from "node:stream/consumers";

const { deployment } = JSON.parse(await text(process.stdin));
const found = (deployment.resources ?? []).find(
    ({ type, urn }) => type === "random:index/randomPassword:RandomPassword" && urn.endsWith("::backup-password"),
);
// A secret in a state is an object with its JSON in it.
const result = found?.outputs?.result;
process.stdout.write(result === undefined ? "" : typeof result === "string" ? result : JSON.parse(result.plaintext));
