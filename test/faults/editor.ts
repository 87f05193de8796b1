import { setTimeout as sleep } from "node:timers/promises";
import type { DcorApi } from "../../verify/dcor-api";

/** What became of what somebody made by DCOR's API, whatever became of DCOR. */
export interface Edited {
    acknowledged: number;
    failed: number;
    /** The names of the datasets that were acknowledged. */
    datasets: string[];
    /** Of those that were acknowledged, the names that are not there. */
    missing: string[];
    /** The longest time in which nothing was acknowledged. */
    longestSeconds: number;
}

/** Whose datasets they are, and what all names begin with. */
interface Edits {
    api: DcorApi;
    circle: string;
    prefix: string;
}

/** What became of what somebody made during something. */
export async function editedDuring(
    what: string,
    { api, circle, prefix }: Edits,
    work: () => Promise<unknown>,
): Promise<Edited> {
    const { id: owner } = await api.action<{ id: string }>("organization_show", { id: circle });
    const editor = new Editor(api, owner, prefix);
    await work().finally(() => editor.stop());
    const seen = await editor.look();
    process.stderr.write(
        `  ${what}: of ${seen.acknowledged + seen.failed} circles and datasets ${seen.failed} not acknowledged, ` +
            `${seen.missing.length} of the others missing, none for ${seen.longestSeconds.toFixed(1)} s at most\n`,
    );
    return seen;
}

/** One who makes a circle and then a dataset by the API, one request after the other, until he stops. */
class Editor {
    private readonly made = { organization: [] as string[], package: [] as string[] };
    private failed = 0;
    private longestMs = 0;
    private stays = true;
    private readonly work: Promise<void>;

    /** @param owner the circle that his datasets are of @param prefix of all names */
    constructor(
        private readonly api: DcorApi,
        private readonly owner: string,
        private readonly prefix: string,
    ) {
        this.work = this.edit();
    }

    stop(): Promise<void> {
        this.stays = false;
        return this.work;
    }

    async look(): Promise<Edited> {
        const there = {
            organization: await this.api.action<string[]>("organization_list"),
            package: await this.datasets(),
        };
        const kinds = ["organization", "package"] as const;
        return {
            acknowledged: kinds.reduce((sum, kind) => sum + this.made[kind].length, 0),
            failed: this.failed,
            datasets: this.made.package,
            missing: kinds.flatMap((kind) => this.made[kind].filter((name) => !there[kind].includes(name))),
            longestSeconds: this.longestMs / 1000,
        };
    }

    private async edit(): Promise<void> {
        let last = Date.now();
        for (let n = 1; this.stays; n++) {
            const name = `${this.prefix}-${n}`;
            const kind = n % 2 === 0 ? "package" : "organization";
            const dataset = {
                title: name,
                authors: "somebody",
                owner_org: this.owner,
                private: true,
                license_id: "none",
            };
            try {
                await this.api.action(`${kind}_create`, {
                    ...{ name, ...(kind === "package" && { ...dataset, state: "draft" }) },
                });
                this.made[kind].push(name);
                this.longestMs = Math.max(this.longestMs, Date.now() - last);
                last = Date.now();
            } catch {
                this.failed++;
            }
            await sleep(300);
        }
    }

    /** Each is asked for by its name: what is found by searching is another store's. */
    private async datasets(): Promise<string[]> {
        const found: string[] = [];
        for (const id of this.made.package) {
            const { status } = await this.api.ask("package_show", { id });
            found.push(...(status === 200 ? [id] : []));
        }
        return found;
    }
}
