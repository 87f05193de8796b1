import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DcorApi, DcorSoftware, type Dataset } from "../../verify/dcor-api";
import { getMap, wmsCapabilities } from "../../verify/ows";
import type { Outputs } from "../../verify/outputs";
import { Ssh } from "../../verify/ssh";
import { Web } from "../../verify/web";
import { registerPicture } from "../e2e/picture";
import { SMALL } from "../e2e/small";
import type { TestStack } from "../e2e/test-stack";

/** A running stack of a product. */
export interface Reached<P extends Outputs["product"] = Outputs["product"]> {
    stack: TestStack;
    outputs: Extract<Outputs, { product: P }>;
    web: Web;
    machine: Ssh;
    /** Ends the connections; the stack stays. */
    close(): Promise<void>;
}

/** Makes the stack, and connects to it. */
export async function reach(stack: TestStack, { configuration }: Front): Promise<Reached> {
    stack.configure(configuration);
    await stack.run("up");
    const outputs = await stack.outputs<Outputs>();
    const files = mkdtempSync(join(tmpdir(), "science-stacks-front-"));
    const web = new Web(outputs.certificate);
    const machine = new Ssh(outputs.ssh, files);
    return {
        ...{ stack, outputs, web, machine },
        close: async () => {
            web.close();
            await machine.close();
            rmSync(files, { recursive: true, force: true });
        },
    };
}

/** A product, as those know it who ask it from outside. */
export interface Front<P extends Outputs["product"] = Outputs["product"]> {
    name: string;
    /** Names its stacks. */
    label: string;
    configuration: Record<string, unknown>;
    /** Ports that are open to users and administrators. */
    ports: number[];
    /** A page of each kind that the front answers by other means: an application's, a file, a refusal. */
    pages(outputs: Extract<Outputs, { product: P }>): string[];
    /** Where files lie that are served as they are: the beginnings of paths, for those who want to get out of there. */
    files: string[];
    /** Processes whose restart would be one too many: what a shell prints of them. */
    processes: string;
    /** Puts something into the product to ask for, and gives what users ask for, by name. */
    asked(reached: Reached<P>): Promise<Record<string, string>>;
}

const units = (...names: string[]) =>
    `systemctl show --property=Id,MainPID,NRestarts,ActiveEnterTimestamp ${names.join(" ")}`;

const eoxserver: Front<"eoxserver"> = {
    name: "EOxServer",
    label: "eoxserver",
    configuration: SMALL.eoxserver,
    ports: [22, 80, 443],
    pages: () => ["instance00/", "instance00/admin/login/", "nothing"],
    files: ["/instance00_static/"],
    processes: units("apache2", "eoxserver@instance00", "postgresql@15-main"),
    asked: async ({ stack, outputs: { instances } }) => {
        await registerPicture(stack, "instance00");
        const { ows } = instances["instance00"]!;
        return { GetMap: getMap(ows, "scene1"), GetCapabilities: wmsCapabilities(ows) };
    },
};

const omeroWeb: Front<"omero-web"> = {
    name: "OMERO.web",
    label: "omero-web",
    configuration: SMALL["omero-web"],
    ports: [22, 80, 443],
    pages: () => ["webclient/login/", "static/webclient/css/layout.css", "static/nothing"],
    files: ["/static/"],
    processes: units("nginx", "omero-web", "redis-server"),
    asked: ({ outputs: { url } }) =>
        Promise.resolve({
            "the log-in page": new URL("webclient/login/", url).href,
            "a static file": new URL("static/webclient/css/layout.css", url).href,
        }),
};

const dcor: Front<"dcor"> = {
    name: "DCOR",
    label: "dcor",
    configuration: SMALL.dcor,
    ports: [22, 80, 443, 9443],
    pages: ({ objectStore }) => ["", "user/login", "nothing.php", objectStore],
    files: ["/base/", "/webassets/", "/uploads/group/"],
    processes: `${units("nginx", "supervisor", "solr", "minio", "redis-server", "postgresql@15-main")}; supervisorctl pid all`,
    asked: async ({ outputs: { url, apiToken }, web, machine: guest }) => {
        const api = new DcorApi(web, url, apiToken);
        const circle = await api.action<{ id: string }>("organization_create", { name: "asked" });
        const { id } = await api.action<Dataset>("package_create", {
            ...{ name: "asked", title: "asked", authors: "somebody", license_id: "CC0-1.0", owner_org: circle.id },
            ...{ private: false, state: "draft" },
        });
        const name = "asked.rtdc";
        const resource = await api.upload(circle.id, id, name, await new DcorSoftware(guest).measurement());
        await api.action("package_revise", { match: { id }, update: { state: "active" } });
        await api.waitFor(id, "the workers to set the checksum", ({ resources }) =>
            resources.some(({ sha256, etag }) => sha256 && etag),
        );
        const at = (path: string) => new URL(path, url).href;
        // The page's address of the file leads to one of the object store, which is signed, and good for hours.
        const { headers } = await web.request(at(`dataset/${id}/resource/${resource}/download/${name}`));
        return {
            "the home page": at(""),
            "a dataset's page": at("dataset/asked"),
            "a search by the API": at("api/3/action/package_search?q=asked"),
            "a download through S3": headers.location ?? "",
        };
    },
};

export const FRONTS = [eoxserver, omeroWeb, dcor] as unknown as readonly Front[];
