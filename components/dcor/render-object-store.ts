import type { GuestFile } from "../guest/program";
import type { PublicAddress } from "../guest/public-address";
import { certificatePaths } from "../guest/site-certificate";
import { renderTemplate } from "../guest/template";

export interface ObjectStoreSite {
    /** Port that users upload and download at. */
    port: number;
    /** Where the object store listens, e.g. `127.0.0.1:9000`. */
    backend: string;
}

/** The address of the object store as users see it. */
export function objectStoreUrl({ serverName, tls }: PublicAddress, { port }: Pick<ObjectStoreSite, "port">): string {
    return `${tls ? "https" : "http"}://${serverName}:${port}`;
}

/** nginx in front of the machine's own object store: the same certificate, and nothing of a request changed. */
export function objectStoreFiles(address: PublicAddress, site: ObjectStoreSite): Record<string, GuestFile> {
    const values = { ...site, ...address, ...certificatePaths(address) };
    return {
        "/etc/nginx/conf.d/dcor-object-store.conf": {
            content: renderTemplate("dcor/templates/nginx-object-store.conf.eta", values),
        },
    };
}
