import { getMap, wmsCapabilities } from "../../verify/ows";
import type { Outputs } from "../../verify/outputs";
import { registerPicture } from "../e2e/picture";
import { SMALL } from "../e2e/small";
import type { TestStack } from "../e2e/test-stack";
import { makeDataset } from "./dataset";
import { connect, type Reached } from "./reached";

/** Makes the stack, and connects to it. */
export async function reach(stack: TestStack, { configuration }: Front): Promise<Reached> {
    stack.configure(configuration);
    await stack.run("up");
    return connect(await stack.outputs<Outputs>());
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
    asked(reached: Reached<P>, stack: TestStack): Promise<Record<string, string>>;
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
    asked: async ({ outputs: { instances } }, stack) => {
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
    asked: async (reached) => {
        const { id, resource } = await makeDataset(reached, "asked", "public");
        const at = (path: string) => new URL(path, reached.outputs.url).href;
        // The page's address of the file leads to one of the object store, which is signed, and good for hours.
        const address = at(`dataset/${id}/resource/${resource}/download/asked.rtdc`);
        const { headers } = await reached.web.request(address);
        return {
            "the home page": at(""),
            "a dataset's page": at("dataset/asked"),
            "a search by the API": at("api/3/action/package_search?q=asked"),
            "a download through S3": headers.location ?? "",
        };
    },
};

export const FRONTS = [eoxserver, omeroWeb, dcor] as unknown as readonly Front[];
