import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const scripts = resolve(__dirname, "../../scripts/guest");
const locks = readdirSync(scripts).flatMap((product) => {
    const place = join(scripts, product, "requirements");
    return existsSync(place)
        ? readdirSync(place).map((name) => [`${product}/${name}`, join(place, name)] as const)
        : [];
});

test.each(locks)("every Python package of %s has an exact version and a hash", (_, path) => {
    const entries = readFileSync(path, "utf8").split(/\n(?=\S)/);
    for (const entry of entries) {
        expect(entry).toMatch(/^[a-z0-9-]+==[^\s;]+( ; [^\\]+)? \\\n( {4}--hash=sha256:[0-9a-f]{64}( \\)?\n?)+$/);
    }
});
