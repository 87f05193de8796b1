import { setTimeout as sleep } from "node:timers/promises";
import { quote } from "../components/guest/shell";
import { guestProgram } from "./files";
import { ensure } from "./row";
import type { Ssh } from "./ssh";
import type { Answer, Web } from "./web";

/** A resource of a dataset, with what the workers have added. */
export interface Resource {
    id: string;
    name: string;
    sha256?: string;
    etag?: string;
    [key: string]: unknown;
}

export interface Dataset {
    id: string;
    /** Part of the address of its page; the id is redirected to it. */
    name: string;
    title: string;
    state: string;
    resources: Resource[];
}

/** CKAN's API as a user's program calls it. */
export class DcorApi {
    /** @param token of the user; none for a visitor */
    constructor(
        private readonly web: Web,
        private readonly base: string,
        private readonly token?: string,
    ) {}

    /** The result of an action, or an error that says what CKAN says. */
    async action<T>(name: string, parameters: object = {}): Promise<T> {
        const answer = await this.ask(name, parameters);
        const { success, result, error } = readAnswer<T>(name, answer);
        ensure(success, `${name} is answered with ${answer.status}: ${JSON.stringify(error)}`);
        return result as T;
    }

    /** The answer to an action, whatever it is. */
    ask(name: string, parameters: object = {}): Promise<Answer> {
        return this.web.request(new URL(`api/3/action/${name}`, this.base).href, {
            method: "POST",
            headers: { "Content-Type": "application/json", ...this.headers },
            body: JSON.stringify(parameters),
        });
    }

    /**
     * Lays a file into a dataset as DCOR-Aid does: to the object store by an address that DCOR has signed, then into the dataset.
     * One part only: up to 1 GiB.
     */
    async upload(circle: string, dataset: string, name: string, content: Buffer): Promise<string> {
        const info = await this.action<{ upload_urls: string[]; resource_id: string }>("resource_upload_s3_urls", {
            organization_id: circle,
            file_size: content.length,
        });
        const [url = ""] = info.upload_urls;
        const { status, text } = await this.web.request(url, { method: "PUT", body: content });
        ensure(status === 200, `the object store takes no upload (status ${status}): ${text.slice(0, 300)}`);
        await this.action("package_revise", {
            match: { id: dataset },
            update__resources__extend: [{ id: info.resource_id, name, s3_available: true }],
        });
        return info.resource_id;
    }

    /** A file of a dataset, by the address that its page has; each address is asked for by who it leads to. */
    async download(dataset: string, { id, name }: Pick<Resource, "id" | "name">): Promise<Answer> {
        let url = new URL(`dataset/${dataset}/resource/${id}/download/${name}`, this.base);
        let answer = await this.web.request(url.href, { headers: this.headers });
        for (let steps = 0; steps < 3 && [301, 302, 303, 307].includes(answer.status); steps++) {
            url = new URL(answer.headers.location ?? "", url);
            // The object store knows the signature in the address, and takes no other.
            answer = await this.web.request(
                url.href,
                url.origin === new URL(this.base).origin ? { headers: this.headers } : {},
            );
        }
        return answer;
    }

    /** The dataset, once a condition holds; the error names what was waited for. */
    async waitFor(id: string, what: string, holds: (dataset: Dataset) => boolean, seconds = 60): Promise<Dataset> {
        const deadline = Date.now() + seconds * 1000;
        for (;;) {
            const dataset = await this.action<Dataset>("package_show", { id });
            if (holds(dataset)) {
                return dataset;
            }
            ensure(Date.now() < deadline, `waited ${seconds} s in vain for ${what}`);
            await sleep(500);
        }
    }

    private get headers(): Record<string, string> {
        return this.token === undefined ? {} : { Authorization: this.token };
    }
}

function readAnswer<T>(name: string, { status, text }: Answer): { success: boolean; result?: T; error?: unknown } {
    try {
        return JSON.parse(text) as { success: boolean; result?: T; error?: unknown };
    } catch {
        throw new Error(`${name} is answered with ${status}, and no JSON: ${text.slice(0, 200)}`);
    }
}

/** DCOR's own Python, as its user; the program comes by standard input. */
export const DCOR_PYTHON =
    "runuser -u www-data -- env HOME=/var/www TMPDIR=/cache/tmp CKAN_INI=/etc/ckan/default/ckan.ini AWS_CONFIG_FILE=/etc/ckan/dcor/aws.conf /usr/lib/ckan/default/bin/python -";

/** How CKAN on a machine comes to its database. */
export interface DatabaseWay {
    /** All that it is given, as libpq has them. */
    hosts: string;
    /** The one that it comes to takes what is written. */
    writes: boolean;
    tls: boolean;
    sslmode: string;
    /** Whether it asks first if a connection that it has is still one. */
    asks: boolean;
}

/** DCOR's own software on the machine, with `verify/guest/dcor.py`. */
export class DcorSoftware {
    constructor(private readonly machine: Ssh) {}

    /** A small measurement, as dclab writes it. */
    async measurement(): Promise<Buffer> {
        return Buffer.from(await this.run("measure", "| base64"), "base64");
    }

    /** The objects of resources of a circle. */
    async objects(circle: string, resources: readonly string[]): Promise<{ key: string; size: number }[]> {
        const words = [circle, ...resources].map(quote).join(" ");
        return JSON.parse(await this.run(`objects ${words}`)) as { key: string; size: number }[];
    }

    /** What became of a job that was put into each of the queues now: `finished` when a worker has done it. */
    async jobs(queues: readonly string[]): Promise<Record<string, string>> {
        return lastLine(await this.run(`jobs ${queues.join(" ")}`));
    }

    /** How it comes to its database, by what it is given. */
    async database(): Promise<DatabaseWay> {
        return lastLine<DatabaseWay>(await this.run("database"));
    }

    /** Waits for the workers to be done with datasets that are to be taken away: a job without its resource blocks its queue. */
    async settle(datasets: readonly string[]): Promise<void> {
        if (datasets.length > 0) {
            await this.run(`settle ${datasets.map(quote).join(" ")}`);
        }
    }

    /** Removes the bucket of a circle; in a bucket of all circles, marks the resources' objects as disposable. */
    forget(circle: string, resources: readonly string[]): Promise<string> {
        return this.run(`forget ${[circle, ...resources].map(quote).join(" ")}`);
    }

    private run(command: string, pipe = ""): Promise<string> {
        return this.machine.run(`cd /; ${DCOR_PYTHON} ${command} ${pipe}`, guestProgram("dcor.py"));
    }
}

/** What a program of CKAN's says last, after what CKAN prints when it is started. */
const lastLine = <T>(printed: string) => JSON.parse(printed.split("\n").at(-1) ?? "") as T;
