/**
 * `npm run bench -- <product> [--rounds N]` measures, on equal fresh guests and in turn: our installation by the user's
 * command, an Ansible playbook that does the same, and the bare apt and pip commands; then unchanged runs, and one changed
 * setting. `npm run bench -- eoxserver --instances` measures what further instances take, `-- omero-web --machines` what further
 * machines do. The tables go to bench/results.md.
 * Takes a quiet machine, root, and four to six minutes a round. Exit status: 0 when all was measured, 2 for a wrong command line.
 */
import { execFileSync } from "node:child_process";
import { runHostScript } from "../test/guest/guest";
import { readArguments, USAGE, UsageError, type Arguments } from "./arguments";
import { compare, report } from "./compare";
import { measureInstances } from "./instances";
import { measureMachines } from "./machines";
import { PRODUCTS } from "./products";
import { writeSection } from "./results";

const GROWN = {
    instances: { what: "one to fifty instances", measure: measureInstances },
    machines: { what: "one to thirty machines", measure: measureMachines },
};

/** What is to be taken away when this process is ended. */
let open: { remove(): void } | undefined;

async function main({ product, rounds, grows }: Arguments): Promise<void> {
    (["SIGINT", "SIGTERM", "SIGHUP"] as const).forEach((signal) =>
        process.once(signal, () => {
            open?.remove();
            process.exit(1);
        }),
    );
    // What is made once, and kept, is no part of an installation: the tools and the image of the guests.
    execFileSync("npm", ["run", "--silent", "pulumi", "--", "version"], { stdio: ["ignore", "ignore", "inherit"] });
    runHostScript("base-image.sh", [], { release: "debian-12" });
    // A host's own list of authorities, where it has one set, is read at each start of Node.js, 50 ms every time: not what is measured.
    delete process.env.NODE_EXTRA_CA_CERTS;

    const { title } = PRODUCTS[product];
    const began = (way: { remove(): void }) => (open = way);
    if (grows !== undefined) {
        const { what, measure } = GROWN[grows];
        return writeSection(`${title}: ${what}`, `npm run bench -- ${product} --${grows}`, await measure(began));
    }
    const command = `npm run bench -- ${product} --rounds ${rounds}`;
    writeSection(title, command, report(product, await compare(product, rounds, began)));
}

try {
    main(readArguments(process.argv.slice(2))).catch((error: unknown) => {
        console.error(error);
        process.exitCode = 1;
    });
} catch (error) {
    if (!(error instanceof UsageError)) {
        throw error;
    }
    console.error(`${error.message}\n${USAGE}`);
    process.exitCode = 2;
}
