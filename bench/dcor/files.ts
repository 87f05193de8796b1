import { readFileSync } from "node:fs";
import { configurationFiles, jobFiles, logFiles, programFiles, uwsgiFiles } from "../../components/dcor/render";
import { objectStoreFiles, objectStoreUrl } from "../../components/dcor/render-object-store";
import { siteFiles } from "../../components/dcor/render-site";
import { SCRATCH, UWSGI } from "../../components/dcor/settings";
import { requirements, VERSIONS } from "../../components/dcor/software";
import * as minio from "../../components/guest/minio-files";
import { nginxFiles } from "../../components/guest/nginx";
import type { GuestFile } from "../../components/guest/program";
import { lockFile } from "../../components/guest/python";
import * as redis from "../../components/guest/redis";
import * as solr from "../../components/guest/solr-files";
import { supervisorDropIn } from "../../components/guest/supervisor";
import { upgradeFiles } from "../../components/guest/unattended-upgrades";
import { runHostScript } from "../../test/guest/guest";

const SOLR_URL = "http://127.0.0.1:8983/solr/ckan";
const WAITS_FOR = ["solr.service", "redis-server.service", "postgresql@15-main.service"];

/** What the floor and the playbook install besides Debian's packages: the same archives, from the same cache, and the same lists. */
export function dcorInputs(): Record<string, string | Buffer> {
    return {
        "requirements.txt": requirements(VERSIONS[0]),
        "minio-requirements.txt": lockFile("minio", "minio"),
        "solr.tgz": readFileSync(runHostScript("solr.sh", ["make"])),
        minio: readFileSync(
            runHostScript("minio.sh", ["make"], { architecture: GO_ARCHITECTURES[process.arch] ?? "" }),
        ),
    };
}

const GO_ARCHITECTURES: Partial<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * The configuration that the playbook lays, by its path: what our way lays for the same address, without our project's name.
 * Secrets are the playbook's own.
 * @param variables those of the playbook
 */
export function dcorFiles(serverName: string, { robots = true }: { robots?: boolean }): Record<string, string> {
    const address = { serverName, tls: true, httpPort: 80, httpsPort: 443 };
    const objectStore = { port: 9443, backend: minio.minioAddress() };
    const settings = {
        address,
        solrUrl: SOLR_URL,
        objectStoreUrl: objectStoreUrl(address, objectStore),
        bucketName: "circle-{organization_id}",
    };
    const files: Record<string, GuestFile> = {
        ...nginxFiles(),
        ...siteFiles({ address, uwsgi: UWSGI, scratch: `${SCRATCH}/nginx`, robots }),
        ...objectStoreFiles(address, objectStore),
        ...configurationFiles(settings),
        ...uwsgiFiles(settings),
        ...programFiles(),
        ...jobFiles(),
        ...logFiles(),
        ...supervisorDropIn(WAITS_FOR, ["/data", SCRATCH]),
        ...upgradeFiles({}),
        ...solr.serverProgram({ archive: "", heapMiB: 512 }).files,
        ...solr.coreProgram({ core: "ckan", schema: "", revision: "" }).files,
        ...minio.serverProgram({ program: "", revision: "1", user: "dcor", bucketPrefix: "circle-" }).files,
        "/etc/redis/redis.conf": { content: redis.settings({}) },
    };
    const ours = (text: string) => text.replaceAll("science-stacks", "dcor");
    // The operators' own playbooks leave systemd's sandbox as it comes.
    const laid = Object.entries(files).filter(([path]) => !path.endsWith("/hardening.conf"));
    return Object.fromEntries(laid.map(([path, { content }]) => [ours(path), ours(content)]));
}
