import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Web } from "../../verify/web";
import type { Guest } from "../guest/guest";
import { TestStack } from "./test-stack";

/** A stack that is up on one machine or several, as its users reach it. */
export class GrowingStack<Outputs extends AnyOutputs> {
    readonly stack: TestStack;
    outputs!: Outputs;
    web!: Web;

    /** @param label of the stack @param smallest what its configuration has at least */
    constructor(
        label: string,
        private readonly smallest: Record<string, unknown>,
    ) {
        this.stack = new TestStack(label);
    }

    /** Has it keep its backups on another machine. */
    async keepBackupsOn({ address, connection: { hostKey, privateKey } }: Guest): Promise<void> {
        const repository = { mode: "sftp", host: address, hostKey, user: "root", path: "/srv/backups" };
        this.stack.configure({ backup: { repository } });
        await this.stack.setSecret("backup.repository.privateKey", privateKey);
    }

    /** The first `up`. */
    async begin(configuration: Record<string, unknown> = {}): Promise<void> {
        this.stack.configure({ ...this.smallest, ...configuration });
        await this.stack.run("up");
        await this.read();
        this.web = new Web(this.outputs.certificate);
    }

    /** What the stack gives out now: with other machines it is something else. */
    async read(): Promise<void> {
        this.outputs = await this.stack.outputs<Outputs>();
    }

    remove(): void {
        this.web?.close();
        this.stack.remove();
    }
}
