import { DcorApi, DcorSoftware, type Dataset } from "../../verify/dcor-api";
import type { Reached } from "./reached";

/** A dataset of DCOR with one measurement in it, which the workers are done with. */
export interface Made {
    id: string;
    name: string;
    /** Of its only file, `<name>.rtdc`. */
    resource: string;
    content: Buffer;
}

export const dcorApi = ({ web, outputs: { url, apiToken } }: Reached<"dcor">) => new DcorApi(web, url, apiToken);

/** Makes a circle and a dataset of that name, as DCOR-Aid does. */
export async function makeDataset(stack: Reached<"dcor">, name: string, access: "private" | "public"): Promise<Made> {
    const api = dcorApi(stack);
    const content = await new DcorSoftware(stack.machine).measurement();
    const circle = await api.action<{ id: string }>("organization_create", { name });
    const { id } = await api.action<Dataset>("package_create", {
        ...{ name, title: name, authors: "somebody", owner_org: circle.id, state: "draft" },
        ...(access === "private" ? { private: true, license_id: "none" } : { private: false, license_id: "CC0-1.0" }),
    });
    const resource = await api.upload(circle.id, id, `${name}.rtdc`, content);
    await api.action("package_revise", { match: { id }, update: { state: "active" } });
    await api.waitFor(id, "the workers to set the checksum", ({ resources }) =>
        resources.some(({ sha256, etag }) => sha256 && etag),
    );
    return { id, name, resource, content };
}
