import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DcorApi, DcorSoftware, type Dataset } from "../../verify/dcor-api";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Ssh } from "../../verify/ssh";
import { Web } from "../../verify/web";
import { NETWORK } from "../e2e/network";
import { TestStack } from "../e2e/test-stack";
import { note } from "./faults";

const MINUTE = 60_000;
/** On the machine's root disk, which is not the volume's. */
const backup = { repository: { mode: "directory", path: "/srv/backups" } };

/** Files with their owners, modes and contents. */
const fingerprint = (where: string, but: string) => `
    set -eo pipefail; cd /data
    find ${where} -type f ${but} -printf '%p %u:%g %m\\n' | sort
    find ${where} -type f ${but} -print0 | sort -z | xargs -0 sha256sum
`;

async function expectWhole(stack: TestStack): Promise<void> {
    const { rows } = await stack.verify();
    expect(rows.filter(({ ok }) => ok === false)).toEqual([]);
    expect(rows.find(({ id }) => id === "X11")).toMatchObject({ ok: true });
}

describe("OMERO.web, whose directory is lost", () => {
    const stack = new TestStack("omero-backup");

    afterAll(() => stack.remove());

    test(
        "has its key, its configuration and what an administrator laid there again",
        async () => {
            const home = "/opt/omero/web/omero-web";
            stack.configure({
                product: "omero-web",
                machine: { platform: "local", network: NETWORK },
                data: { sizeGiB: 2 },
                backup,
            });
            await stack.run("up");
            await stack.ssh(`install -o omero-web -g omero-web -m 644 /dev/stdin ${home}/logo.svg <<<"<svg/>"`);
            await stack.run("backup");
            const kept = fingerprint("omero-web", "! -path '*/var/log/*' ! -path '*/var/tmp/*' ! -name '*.pid'");
            const before = await stack.ssh(kept);
            expect(before).toContain("logo.svg");
            expect(before).toContain("django_secret_key");

            await stack.ssh(`find ${home} -mindepth 1 -delete`);
            const said = await stack.run("restore");
            expect(await stack.ssh(kept)).toBe(before);
            await expectWhole(stack);
            note(
                "OMERO.web",
                "its directory on the volume is lost",
                `\`npm run restore\`: ${said.trim().replace(`${stack.name} has`, "has")} Every file is as it was`,
            );
        },
        20 * MINUTE,
    );
});

describe("DCOR, whose database, uploads and objects are lost", () => {
    const stack = new TestStack("dcor-backup");
    const files = mkdtempSync(join(tmpdir(), "dcor-backup-"));
    let machine: Ssh;
    let web: Web;

    afterAll(async () => {
        web?.close();
        await machine?.close();
        stack.remove();
        rmSync(files, { recursive: true, force: true });
    });

    test(
        "has all of them again: the dataset is found, and its file comes back byte for byte",
        async () => {
            stack.configure({
                product: "dcor",
                machine: { platform: "local", network: NETWORK },
                data: { sizeGiB: 10 },
                scratch: { sizeGiB: 10 },
                dcor: { workers: 2 },
                backup,
            });
            await stack.run("up");
            const outputs = await stack.outputs<Extract<AnyOutputs, { product: "dcor" }>>();
            web = new Web(outputs.certificate);
            machine = new Ssh(outputs.ssh, files);
            const api = new DcorApi(web, outputs.url, outputs.apiToken);

            const content = await new DcorSoftware(machine).measurement();
            const circle = await api.action<{ id: string }>("organization_create", { name: "kept" });
            const { id } = await api.action<Dataset>("package_create", {
                ...{ name: "kept", title: "kept", authors: "somebody", license_id: "none", owner_org: circle.id },
                ...{ private: true, state: "draft" },
            });
            const resource = await api.upload(circle.id, id, "kept.rtdc", content);
            await api.action("package_revise", { match: { id }, update: { state: "active" } });
            await api.waitFor(id, "the workers to set the checksum", ({ resources }) =>
                resources.some(({ sha256, etag }) => sha256 && etag),
            );
            await stack.ssh(
                "install -o www-data -g www-data -m 644 /dev/stdin /data/ckan/storage/logo.svg <<<'<svg/>'",
            );
            await stack.run("backup");

            await stack.ssh(`
                set -e
                systemctl stop supervisor minio
                cd /; runuser -u postgres -- dropdb --force ckan_default
                find /data/ckan /data/minio /data/solr/ckan/data -mindepth 1 -delete
            `);
            const said = await stack.run("restore");

            const found = await api.action<{ results: Dataset[] }>("package_search", {
                q: "name:kept",
                include_private: true,
            });
            expect(found.results.map((each) => each.id)).toEqual([id]);
            const back = await api.download(id, { id: resource, name: "kept.rtdc" });
            expect({ status: back.status, same: back.body.equals(content) }).toEqual({ status: 200, same: true });
            expect(await stack.ssh("cat /data/ckan/storage/logo.svg")).toBe("<svg/>\n");
            await expectWhole(stack);
            note(
                "DCOR",
                "database, uploads, objects and search index lost",
                `\`npm run restore\`: ${said.trim().replace(`${stack.name} has`, "has")} The dataset is found, its file comes back byte for byte`,
            );
        },
        60 * MINUTE,
    );
});
