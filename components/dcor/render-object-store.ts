import type { MinioBackend } from "../guest/minio";
import type { GuestFile } from "../guest/program";
import type { PublicAddress } from "../guest/public-address";
import { certificatePaths } from "../guest/site-certificate";
import { renderTemplate } from "../guest/template";

export interface ObjectStoreSite extends MinioBackend {
    /** Port that users upload and download at. */
    port: number;
}

/** Where nginx finds the authority by which it verifies an object store on a machine of its own. */
export const OBJECT_STORE_AUTHORITY = "/etc/science-stacks/object-store-authority.pem";

/** The address of the object store as users see it. */
export function objectStoreUrl({ serverName, tls }: PublicAddress, { port }: Pick<ObjectStoreSite, "port">): string {
    return `${tls ? "https" : "http"}://${serverName}:${port}`;
}

/** nginx in front of the stack's own object store: the certificate of the site, and nothing of a request changed. */
export function objectStoreFiles(address: PublicAddress, site: ObjectStoreSite): Record<string, GuestFile> {
    const { authority } = site;
    const verified = authority && { authorityPath: OBJECT_STORE_AUTHORITY, backendName: site.backend.split(":")[0] };
    const values = { ...site, ...address, ...certificatePaths(address), authorityPath: "", ...verified };
    return {
        ...(authority && { [OBJECT_STORE_AUTHORITY]: { content: `${authority.trimEnd()}\n` } }),
        "/etc/nginx/conf.d/dcor-object-store.conf": {
            content: renderTemplate("dcor/templates/nginx-object-store.conf.eta", values),
        },
    };
}
