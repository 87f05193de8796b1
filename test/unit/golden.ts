import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { GuestFile } from "../../components/guest/program";

/** Compares with the golden files, which `UPDATE_GOLDEN=1 npx jest …` writes anew, for the reviewer to read. */
export function expectGolden(product: string, name: string, files: Record<string, GuestFile>): void {
    for (const [path, { content }] of Object.entries(files)) {
        const golden = join(__dirname, "golden", product, name, path.replaceAll("/", "_").slice(1));
        if (process.env.UPDATE_GOLDEN) {
            mkdirSync(dirname(golden), { recursive: true });
            writeFileSync(golden, content);
        }
        expect(content).toBe(readFileSync(golden, "utf8"));
    }
}
