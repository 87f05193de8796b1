import { TestStack } from "../test/e2e/test-stack";
import { check } from "./checks";
import { FOOTPRINT, readFootprint, type Footprint } from "./footprint";
import { PRODUCTS, type Product, type ProductName } from "./products";
import { load, type Answered } from "./requests";
import type { Way } from "./way";

/** The user's own command. */
export class Ours implements Way {
    private readonly stack = new TestStack("bench");

    constructor(private readonly product: ProductName) {}

    async fresh(): Promise<number> {
        this.stack.configure(PRODUCTS[this.product].configuration);
        return (await this.up()).seconds;
    }

    async unchanged(): Promise<number> {
        const { seconds, stdout } = await this.up();
        if (!/^Resources:\n +\d+ unchanged\n\n/m.test(stdout)) {
            throw new Error(`an up without a change has changed something:\n${stdout.slice(-2000)}`);
        }
        return seconds;
    }

    async changed(): Promise<number> {
        this.stack.configure(PRODUCTS[this.product].change.configuration);
        return (await this.up()).seconds;
    }

    private async up() {
        const ended = await this.stack.attempt("up");
        if (ended.status !== 0) {
            throw new Error(
                `npm run up ended with ${ended.status}:\n${ended.stdout.slice(-2000)}\n${ended.stderr.slice(-2000)}`,
            );
        }
        return ended;
    }

    async check(): Promise<string[]> {
        return check(this.product, await this.stack.outputs());
    }

    async footprint(): Promise<Footprint> {
        return readFootprint(await this.stack.ssh(FOOTPRINT));
    }

    async load(): Promise<Answered[]> {
        const { url, certificate } = await this.stack.outputs<{ url: string; certificate: string }>();
        const { pages = {} }: Product = PRODUCTS[this.product];
        const answered: Answered[] = [];
        for (const [what, path] of Object.entries(pages)) {
            answered.push(await load(what, new URL(path, url).href, certificate));
        }
        return answered;
    }

    remove(): void {
        this.stack.remove();
    }
}
