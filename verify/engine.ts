import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { parseConfig, type ParsedConfig } from "../stacks/config/parse";
import { readDeployment, type Deployment } from "./deployment";
import { limit } from "./limit";
import { execute, type Finished } from "./processes";

/** Previews take a core each. */
const PREVIEWS = 2;

/** The Pulumi CLI, on one stack; it reads, and never writes. */
export class Engine {
    private readonly take = limit(PREVIEWS);
    private files = 0;

    /** @param directory a private directory, for configurations that are tried */
    constructor(
        readonly stack: string,
        private readonly directory: string,
    ) {}

    /** The state as its file has it: the second text shows the secrets, and must not be printed. */
    async export(): Promise<{ text: string; deployment: Deployment }>;
    async export(secrets: "--show-secrets"): Promise<{ text: string; deployment: Deployment }>;
    async export(...secrets: string[]): Promise<{ text: string; deployment: Deployment }> {
        const { status, stdout, stderr } = await this.pulumi("stack", "export", ...secrets);
        if (status !== 0) {
            throw new Error(`pulumi stack export: ${stderr.trim()}`);
        }
        return { text: stdout, deployment: readDeployment(stdout) };
    }

    /** The configuration, read as the program reads it. */
    async config(): Promise<ParsedConfig> {
        const { status, stdout, stderr } = await this.pulumi("config", "--show-secrets", "--json");
        if (status !== 0) {
            throw new Error(`pulumi config: ${stderr.trim()}`);
        }
        const keys = Object.entries(JSON.parse(stdout) as Record<string, { value: string; secret: boolean }>);
        const values = Object.fromEntries(keys.map(([key, { value }]) => [key, value]));
        const secret = new Set(keys.filter(([, each]) => each.secret).map(([key]) => key));
        return parseConfig(this.stack, `stacks/Pulumi.${this.stack}.yaml`, values, secret);
    }

    /** A preview with the stack's configuration. */
    preview(...args: string[]): Promise<Finished> {
        return this.take(() => this.pulumi("preview", "--non-interactive", "--color=never", ...args));
    }

    /** A preview with a configuration of its own: the stack's, changed by `change`. */
    async previewWith(change: (config: Record<string, unknown>) => void, ...args: string[]): Promise<Finished> {
        const file = join(this.directory, `Pulumi.trial-${this.files++}.yaml`);
        const document = parse(await this.readConfig()) as { config?: Record<string, unknown> };
        document.config ??= {};
        change(document.config);
        await writeFile(file, stringify(document), { mode: 0o600 });
        return this.preview("--config-file", file, ...args);
    }

    /** What `destroy` would do. */
    destroyPreview(): Promise<Finished> {
        return this.take(() => this.pulumi("destroy", "--preview-only", "--non-interactive", "--color=never"));
    }

    private readConfig(): Promise<string> {
        return readFile(join(__dirname, "..", "stacks", `Pulumi.${this.stack}.yaml`), "utf8");
    }

    private pulumi(...args: string[]): Promise<Finished> {
        return execute("pulumi", [...args, "--stack", this.stack], { env: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
    }
}
