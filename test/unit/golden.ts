import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { GuestFile } from "../../components/guest/program";

/**
 * Compares with the golden files, which `UPDATE_GOLDEN=1 npx jest …` writes anew, for the reviewer to read. What is alike in all of a
 * product's directories stands once, in the one named `each`.
 */
export function expectGolden(product: string, name: string, files: Record<string, GuestFile>): void {
    for (const [path, { content }] of Object.entries(files)) {
        const file = path.replaceAll("/", "_").slice(1);
        const [own, alike] = [name, "each"].map((directory) => join(__dirname, "golden", product, directory, file));
        const golden = existsSync(alike!) ? alike! : own!;
        if (process.env.UPDATE_GOLDEN) {
            mkdirSync(dirname(golden), { recursive: true });
            writeFileSync(golden, content);
        }
        expect(content).toBe(readFileSync(golden, "utf8"));
    }
}
