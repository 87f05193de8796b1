import { hardening } from "./hardening";
import type { GuestFile, StepProgram } from "./program";
import { guestScript } from "./shell";
import { renderTemplate } from "./template";

/** Where Solr listens. */
export const SOLR_PORT = 8983;
/** Who may ask a Solr that other machines reach. */
export const SOLR_USER = "ckan";
/** The name of its password among the secrets of its machine. */
export const PASSWORD = "solr-password";

export const HOME = "/data/solr";
export const LIBRARY = "/usr/local/lib/science-stacks/solr";
const LOOPBACK = "127.0.0.1";

/** Where a core has its index, which Solr makes when there is none. */
export const indexDirectory = (core: string) => `${HOME}/${core}/data`;

/** What it shows where other machines reach it, and what whoever asks it on its own machine verifies it by. */
const TLS = "/etc/solr/tls";
export const SERVER_CERTIFICATE = `${TLS}/certificate.pem`;
export const SERVER_KEY = `${TLS}/key.pem`;
export const SERVER_AUTHORITY = `${TLS}/authority.pem`;
export const KEY_STORE = `${TLS}/key-store.p12`;
/** The password of the key store, as a setting of Solr's. */
export const KEY_STORE_SETTINGS = `${TLS}/key-store.conf`;
/** Where curl finds the user, the password and the authority, by CURL_HOME. */
export const CLIENT = "/etc/solr/client";

/** @param network the machine's address among the stack's machines, where others of them use it. @default the loopback address, without TLS */
export const solrUrl = (network?: string) =>
    network === undefined ? `http://${LOOPBACK}:${SOLR_PORT}` : `https://${network}:${SOLR_PORT}`;

export interface ServerSettings {
    /** Path of Solr's archive in the guest. */
    archive: string;
    /** Java's heap. */
    heapMiB: number;
    /** As of `solrUrl`, with what differs when its password or its certificate differs: Solr reads them when it starts. */
    shown?: { network: string; revision: string };
}

/** The program of the step that installs Solr and starts it. */
export function serverProgram({ archive, heapMiB, shown }: ServerSettings): StepProgram {
    const tls = shown && { certificate: SERVER_CERTIFICATE, key: SERVER_KEY, authority: SERVER_AUTHORITY };
    const unit = {
        ...{ url: solrUrl(shown?.network), address: shown?.network ?? LOOPBACK, port: SOLR_PORT, heapMiB },
        ...{ keyStore: KEY_STORE, keyStoreSettings: KEY_STORE_SETTINGS, client: CLIENT },
        ...{ revision: shown?.revision ?? "", options: undefined },
    };
    return {
        script: "solr/server.sh",
        parameters: {
            archive,
            ...(tls && { ...tls, key_store: KEY_STORE, key_store_settings: KEY_STORE_SETTINGS }),
            ...(tls && { client: CLIENT, user: SOLR_USER, password: PASSWORD }),
        },
        files: {
            "/etc/solr/log4j2.xml": { content: template("log4j2.xml") },
            "/etc/systemd/system/solr.service": { content: renderTemplate("solr/templates/solr.service.eta", unit) },
            ...hardening("solr.service"),
            [`${HOME}/solr.xml`]: owned(template("solr.xml")),
            ...(tls && {
                [`${LIBRARY}/key-store.sh`]: { content: guestScript("solr/key-store.sh") },
                [`${LIBRARY}/protect.sh`]: { content: guestScript("solr/protect.sh") },
                [`${LIBRARY}/security.py`]: { content: guestScript("solr/security.py") },
            }),
        },
        notify: ["solr.service:restart"],
    };
}

export interface CoreSettings {
    core: string;
    /** Path of the schema in the guest. */
    schema: string;
    /** Of what the schema comes from. */
    revision: string;
    /** As of `solrUrl`. */
    network?: string;
}

/** The program of the step that makes the core. */
export function coreProgram({ core, schema, revision, network }: CoreSettings): StepProgram {
    const conf = `${HOME}/${core}/conf`;
    return {
        script: "solr/core.sh",
        parameters: { url: solrUrl(network), client: CLIENT, core, schema, schema_of: revision },
        files: {
            [`${LIBRARY}/check-schema.py`]: { content: guestScript("solr/check-schema.py") },
            "/etc/systemd/system/solr.service.d/core.conf": {
                content: renderTemplate("solr/templates/core.conf.eta", { core }),
            },
            ...configuration(conf),
        },
        notify: ["solr.service:reload"],
    };
}

/** What a core is configured by besides its schema. @param conf the directory that it lies in */
export const configuration = (conf: string): Record<string, GuestFile> => ({
    [`${conf}/solrconfig.xml`]: owned(template("solrconfig.xml")),
    // CKAN's schema names them, and wants nothing in them.
    ...Object.fromEntries(
        ["stopwords", "synonyms", "protwords"].map((name) => [`${conf}/${name}.txt`, owned("# None.\n")]),
    ),
});

export const template = (name: string) => guestScript(`solr/templates/${name}`);
export const owned = (content: string): GuestFile => ({ content, owner: "solr:solr" });
