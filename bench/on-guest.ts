import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Guest } from "../test/guest/guest";
import { execute } from "../verify/processes";
import { FOOTPRINT, readFootprint, type Footprint } from "./footprint";
import { PRODUCTS, type Product, type ProductName } from "./products";

/** A guest, and the files that are brought to it. */
export abstract class OnGuest {
    protected readonly directory: string;
    private made?: Guest;

    constructor(
        protected readonly product: ProductName,
        private readonly label: string,
    ) {
        this.directory = mkdtempSync(join(tmpdir(), "science-stacks-bench-"));
        this.write("files", PRODUCTS[product].inputs());
    }

    protected get guest(): Guest {
        if (this.made === undefined) {
            const { scratchGiB }: Product = PRODUCTS[this.product];
            this.made = Guest.create(`bench-${this.label}`, { diskGiB: 20 });
            if (scratchGiB !== undefined) {
                this.made.attachDisk("scratch", scratchGiB);
            }
        }
        return this.made;
    }

    /** Files in a directory below this way's own, by their paths there. */
    protected write(directory: string, files: Record<string, string | Buffer>): string {
        const root = join(this.directory, directory);
        for (const [path, content] of Object.entries(files)) {
            mkdirSync(dirname(join(root, path)), { recursive: true });
            writeFileSync(join(root, path), content);
        }
        return root;
    }

    protected script(name: string): string {
        return join(__dirname, this.product, name);
    }

    footprint(): Promise<Footprint> {
        return Promise.resolve(readFootprint(this.guest.run(FOOTPRINT)));
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
