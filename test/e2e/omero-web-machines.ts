import type { Outputs as AnyOutputs } from "../../verify/outputs";
import type { Web } from "../../verify/web";
import { GrowingStack } from "./growing-stack";
import { SMALL } from "./small";
import type { Visits } from "./visitors";

export type Outputs = Extract<AnyOutputs, { product: "omero-web" }>;

/** Rows that a local machine cannot show. */
export const NOT_HERE = ["O15", "X11"];
export const ROWS = 31;
export const SETTINGS = { prefix: "/omero", workers: 2, cors: { origins: ["https://portal.example.org"] } };
export const OWN = { machine: { ...SMALL["omero-web"].machine }, data: { sizeGiB: 2 } };
const HOME = "/opt/omero/web/omero-web";

/** A program with OMERO.web's configuration, in its own Python, where it is. */
const inDjango = (program: string) =>
    `cd ${HOME} && runuser -u omero-web -- env OMERODIR=${HOME} OMERO_USERDIR=/var/cache/omero-web HOME=/var/cache/omero-web ` +
    `DJANGO_SETTINGS_MODULE=omeroweb.settings /opt/omero/web/venv3/bin/python -c "import django; from importlib import import_module; ` +
    `from django.conf import settings; django.setup(); Store = import_module(settings.SESSION_ENGINE).SessionStore; ${program}"`;

/** OMERO.web on one machine or several, with somebody who has a session, and what visitors see of it. */
export class OmeroWebMachines extends GrowingStack<Outputs> {
    private session = "";

    /** @param label of the stack */
    constructor(label: string) {
        super(label, { ...SMALL["omero-web"], omeroWeb: SETTINGS });
    }

    /** Gives somebody a session, on the machine that has OMERO.web. @param machine beside the first one; that one itself by default */
    async logIn(machine?: string): Promise<void> {
        this.session = await this.inDjango("s = Store(); s['of'] = 'before'; s.save(); print(s.session_key)", machine);
    }

    /** Whether a machine of OMERO.web knows that session. */
    async knows(machine?: string): Promise<boolean> {
        return (await this.inDjango(`print(Store('${this.session}').get('of'))`, machine)) === "before";
    }

    pageOf(path: string): string {
        return new URL(path, this.outputs.url).href;
    }

    get login(): string {
        return this.pageOf("webclient/login/");
    }

    /** A visitor of the log-in page, and somebody with a session, who asks for a page that looks into it. */
    get visits(): Visits<"visitor" | "user"> {
        return {
            visitor: { web: this.web, url: this.login },
            user: { web: this.withSession(), url: this.pageOf("webclient/") },
        };
    }

    /** Who has a session keeps its cookie; where Redis is away, Django takes it. */
    private withSession(): Web {
        return {
            request: async (url: string) => {
                const answer = await this.web.request(url, { headers: { Cookie: `sessionid=${this.session}` } });
                const cookies = answer.headers["set-cookie"] ?? [];
                const loggedOut = cookies.some((cookie) => cookie.startsWith('sessionid="";'));
                return { ...answer, status: loggedOut ? 401 : answer.status === 302 ? 200 : answer.status };
            },
        } as Web;
    }

    private async inDjango(program: string, machine?: string): Promise<string> {
        const command = inDjango(program);
        return (await (machine ? this.stack.sshOn(machine, command) : this.stack.ssh(command))).trim();
    }
}
