import { logIn } from "../../verify/django";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { wmsCapabilities } from "../../verify/ows";
import type { Web } from "../../verify/web";
import { GrowingStack } from "./growing-stack";
import { SMALL } from "./small";
import type { Visits } from "./visitors";

export type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

/** Rows that a stack without an access control and without backups cannot show. */
export const NOT_HERE = ["E15", "X11"];
export const ROWS = 30;
export const OWN = { machine: { ...SMALL.eoxserver.machine }, data: { sizeGiB: 2 } };

/** EOxServer on one machine or several, with its administrator logged in, and what visitors see of it. */
export class EoxserverMachines extends GrowingStack<Outputs> {
    /** Of the administrator, as a browser keeps it. */
    private session = "";

    /** @param label of the stack */
    constructor(label: string) {
        super(label, SMALL.eoxserver);
    }

    get instance() {
        return this.outputs.instances["instance00"]!;
    }

    /** Visitors of the page and of the capabilities. */
    get visits(): Visits<"page" | "capabilities"> {
        const { url, ows } = this.instance;
        return { page: { web: this.web, url }, capabilities: { web: this.web, url: wmsCapabilities(ows) } };
    }

    /** And the administrator, who has logged in: his page leads those to the log-in who have not. */
    get allVisits(): Visits<"page" | "capabilities" | "administrator"> {
        const web = {
            request: (url: string) => this.web.request(url, { headers: { Cookie: this.session } }),
        } as Web;
        return { ...this.visits, administrator: { web, url: this.instance.admin } };
    }

    /** Logs the administrator in. @param password the stack's by default */
    async logIn(password = this.outputs.adminPasswords["instance00"]!): Promise<void> {
        const recording = {
            get: (url: string) => this.web.get(url),
            request: async (...args: Parameters<Web["request"]>) => {
                const answer = await this.web.request(...args);
                const cookies = answer.headers["set-cookie"] ?? [];
                this.session = cookies.find((each) => each.startsWith("sessionid="))?.split(";")[0] ?? this.session;
                return answer;
            },
        } as Web;
        const { text } = await logIn(recording, this.instance.admin, "admin", password);
        expect(text).toContain("Site administration");
    }
}
