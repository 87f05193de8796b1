import { revisionOf } from "./program";
import { guestScript } from "./shell";

/** Where Python's packages come from. */
export interface PackageIndex {
    /** Address of a mirror of PyPI. @default "", PyPI itself */
    indexUrl?: string;
    /** Address of an HTTP proxy. @default "", none */
    proxy?: string;
    /** Certificates of the authorities that the mirror, or the proxy, is trusted by. @default the machine's own */
    caBundle?: string;
}

/** What `python/venv.sh` reads of it. */
export function indexParameters({
    indexUrl = "",
    proxy = "",
    caBundle = "/etc/ssl/certs/ca-certificates.crt",
}: PackageIndex) {
    return { index_url: indexUrl, proxy, ca_bundle: caBundle };
}

/** A lock file of a product's packages, as `npm run lock` writes it. */
export function lockFile(product: string, name: string): string {
    return guestScript(`${product}/requirements/${name}.txt`);
}

/** A mark of an environment's packages, in eight digits: other packages, or other tools, are another environment. */
export function environmentRevision(...parts: string[]): string {
    return revisionOf(parts.join("") + lockFile("python", "uv") + lockFile("python", "build")).slice(0, 8);
}
