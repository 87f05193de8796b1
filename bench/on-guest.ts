import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Guest } from "../test/guest/guest";
import { execute } from "../verify/processes";
import { PRODUCTS, type ProductName } from "./products";

/** A guest, and the files that are brought to it. */
export abstract class OnGuest {
    protected readonly directory: string;
    private made?: Guest;

    constructor(
        protected readonly product: ProductName,
        private readonly label: string,
    ) {
        const inputs = PRODUCTS[product].inputs();
        this.directory = mkdtempSync(join(tmpdir(), "science-stacks-bench-"));
        mkdirSync(join(this.directory, "files"));
        for (const [name, content] of Object.entries(inputs)) {
            writeFileSync(join(this.directory, "files", name), content);
        }
    }

    protected get guest(): Guest {
        return (this.made ??= Guest.create(`bench-${this.label}`, { diskGiB: 20 }));
    }

    protected script(name: string): string {
        return join(__dirname, this.product, name);
    }

    remove(): void {
        this.made?.destroy();
        rmSync(this.directory, { recursive: true, force: true });
    }
}

/** What a program prints; throws when it fails. */
export async function run(program: string, args: string[], options: Parameters<typeof execute>[2]): Promise<string> {
    const { status, stdout, stderr } = await execute(program, args, options);
    if (status !== 0) {
        throw new Error(`${program} ended with ${status}:\n${stdout.slice(-3000)}\n${stderr.slice(-2000)}`);
    }
    return stdout;
}

export const since = (started: number) => (performance.now() - started) / 1000;
