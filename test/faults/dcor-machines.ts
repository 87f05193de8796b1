import { DcorApi, DcorSoftware } from "../../verify/dcor-api";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { signIn } from "../../verify/rows/dcor/sign-in";
import type { Web } from "../../verify/web";
import { GrowingStack } from "../e2e/growing-stack";
import { SMALL } from "../e2e/small";
import type { Visits } from "../e2e/visitors";
import { makeDataset, type Made } from "./dataset";
import { connect } from "./reached";

export type Outputs = Extract<AnyOutputs, { product: "dcor" }>;

/** Rows that a stack that is not for development and without backups cannot show. */
export const NOT_HERE = ["D10", "X11"];
export const ROWS = 32;
export const OWN = { machine: { ...SMALL.dcor.machine }, data: { sizeGiB: 2 } };
/** The machines of Solr where it has several. */
export const SEARCH_MEMBERS = ["search1", "search2", "search3"];
/** Each service on a machine of its own. */
export const BESIDE = { postgresql: OWN, redis: OWN, solr: OWN, objectStore: { mode: "minio", ...OWN } };

/** DCOR on one machine or several, with its administrator signed in, and what visitors see of it. */
export class DcorMachines extends GrowingStack<Outputs> {
    /** Of the administrator, as a browser keeps it. */
    private session = "";

    /** @param label of the stack */
    constructor(label: string) {
        super(label, SMALL.dcor);
    }

    /** Signs the administrator in, who stays so. */
    async signIn(): Promise<void> {
        const { url, administrator, administratorPassword } = this.outputs;
        this.session = await signIn(this.web, url, administrator, administratorPassword);
    }

    get api(): DcorApi {
        return new DcorApi(this.web, this.outputs.url, this.outputs.apiToken);
    }

    /** Visitors of the page, of the search, one who sends what is read by POST, and the administrator, whose page leads those to the log-in who have not. */
    get visits(): Visits<"page" | "search" | "post" | "dashboard"> {
        const { url } = this.outputs;
        const search = new URL("api/3/action/package_search", url).href;
        const asking = (options: Parameters<Web["request"]>[1]) =>
            ({ request: (address: string) => this.web.request(address, options) }) as Web;
        const headers = { "Content-Type": "application/json" };
        return {
            page: { web: this.web, url },
            search: { web: this.web, url: search },
            post: { web: asking({ method: "POST", headers, body: "{}" }), url: search },
            dashboard: {
                web: asking({ headers: { Cookie: this.session } }),
                url: new URL("dashboard/datasets", url).href,
            },
        };
    }

    /** The stack as it is reached where its commands are run on a machine of DCOR. @param machine @default the first one */
    on(machine?: string) {
        const ssh = machine === undefined ? this.outputs.ssh : this.outputs.applicationSsh![machine]!;
        return connect({ ...this.outputs, ssh });
    }

    /** Makes a dataset as a user of DCOR-Aid does, which is processed, and gets its file back. @param machine that makes the measurement */
    async expectProcessed(name: string, machine?: string): Promise<Made> {
        const reached = this.on(machine);
        try {
            const made = await makeDataset(reached, name, "public");
            await this.expectDataset(made);
            return made;
        } finally {
            await reached.close();
        }
    }

    /** Its file is what was uploaded, byte for byte. */
    async expectDataset({ id, resource, name, content }: Made): Promise<void> {
        const back = await this.api.download(id, { id: resource, name: `${name}.rtdc` });
        expect([back.status, back.body.equals(content)]).toEqual([200, true]);
    }

    /** What a machine of DCOR does with its own software. */
    async software<T>(machine: string, use: (software: DcorSoftware) => Promise<T>): Promise<T> {
        const reached = this.on(machine);
        try {
            return await use(new DcorSoftware(reached.machine));
        } finally {
            await reached.close();
        }
    }
}
