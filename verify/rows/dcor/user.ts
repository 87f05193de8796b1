import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { DcorContext } from "../../context";
import { DcorApi, DcorSoftware, type Dataset } from "../../dcor-api";
import { ensure, type Row } from "../../row";
import { signIn } from "./sign-in";

const LEFT_MS = 300_000;

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");

/** What its users do. */
export const userRows: Row<DcorContext>[] = [
    {
        id: "D17",
        title: "As a user: sign in, an API token, a dataset with an .rtdc file, in the store, back, found, processed",
        async check({ web, machine, outputs }) {
            const { url, administrator, administratorPassword, apiToken } = outputs;
            await signIn(web, url, administrator, administratorPassword);
            const api = new DcorApi(web, url, apiToken);
            const software = new DcorSoftware(machine);
            // Without a token there is no data.
            const stranger = await new DcorApi(web, url).ask("package_create", { name: "verify-stranger" });
            ensure(stranger.status === 403, `a visitor may make a dataset (status ${stranger.status})`);

            await removeLeftovers(api, software);

            const name = `verify-${Date.now().toString(36)}`;
            const circle = await api.action<{ id: string }>("organization_create", { name });
            try {
                const [dataset, content] = await Promise.all([
                    makeDataset(api, circle.id, name),
                    software.measurement(),
                ]);
                const resource = await api.upload(circle.id, dataset.id, "verify.rtdc", content);
                await api.action("package_revise", { match: { id: dataset.id }, update: { state: "active" } });
                const done = await api.waitFor(dataset.id, "the workers to set the checksum", ({ resources }) =>
                    resources.some(({ sha256: sum, etag }) => sum && etag),
                );
                ensure(done.resources[0]?.sha256 === sha256(content), "the checksum is not the file's");
                const back = await api.download(dataset.id, { id: resource, name: "verify.rtdc" });
                ensure(
                    back.status === 200 && back.body.equals(content),
                    `the file does not come back (${back.status})`,
                );
                const found = await api.action<{ results: Dataset[] }>("package_search", {
                    q: `name:${name}`,
                    include_private: true,
                });
                ensure(found.results[0]?.id === dataset.id, "the search does not find the dataset");
                const keys = (await software.objects(circle.id, [resource])).map(({ key }) => key);
                ensure(
                    keys.some((key) => key.startsWith("resource/")),
                    `its object is not in the bucket: ${keys.join(", ")}`,
                );
                return `signed in, made a circle and a dataset by token, laid ${content.length} bytes into ${outputs.objectStore}, got them back, found them; all taken away again`;
            } finally {
                await removeCircle(api, software, circle.id, name);
            }
        },
    },
];

function makeDataset(api: DcorApi, circle: string, name: string): Promise<Dataset> {
    return api.action<Dataset>("package_create", {
        name,
        title: name,
        authors: "verify",
        license_id: "none",
        owner_org: circle,
        private: true,
        state: "draft",
    });
}

/** Takes away the circle with all in it, as a system administrator may. */
async function removeCircle(api: DcorApi, software: DcorSoftware, circle: string, name: string): Promise<void> {
    const { results } = await api.action<{ results: Dataset[] }>("package_search", {
        q: `organization:${name}`,
        include_private: true,
        include_drafts: true,
    });
    const resources = results.flatMap((dataset) => dataset.resources.map(({ id }) => id));
    await software.settle(results.map(({ id }) => id));
    for (const { id } of results) {
        await api.action("package_delete", { id });
        await purge(api, "dataset_purge", id);
    }
    await purge(api, "organization_purge", circle);
    await software.forget(circle, resources);
}

/** A worker that is still writing to it is in the way, for a moment. */
async function purge(api: DcorApi, action: string, id: string): Promise<void> {
    const deadline = Date.now() + 60_000;
    while ((await api.ask(action, { id })).status === 500 && Date.now() < deadline) {
        await sleep(2000);
    }
    // Gone: it cannot be purged twice.
    const { status } = await api.ask(action, { id });
    ensure(status === 404, `${action} has not taken ${id} away (status ${status})`);
}

/** What runs left that were killed: circles whose name has a time long ago. */
async function removeLeftovers(api: DcorApi, software: DcorSoftware): Promise<void> {
    for (const name of await api.action<string[]>("organization_list")) {
        const made = /^verify-([0-9a-z]{8})$/.exec(name)?.[1];
        if (made !== undefined && Date.now() - parseInt(made, 36) > LEFT_MS) {
            const { id } = await api.action<{ id: string }>("organization_show", { id: name });
            await removeCircle(api, software, id, name);
        }
    }
}
