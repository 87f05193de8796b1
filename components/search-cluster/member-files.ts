import { hardening } from "../guest/hardening";
import type { GuestFile, StepProgram } from "../guest/program";
import { guestScript } from "../guest/shell";
import {
    CLIENT,
    configuration,
    HOME,
    KEY_STORE,
    KEY_STORE_SETTINGS,
    LIBRARY,
    owned,
    PASSWORD,
    SERVER_AUTHORITY,
    SERVER_CERTIFICATE,
    SERVER_KEY,
    SOLR_PORT,
    SOLR_USER,
    solrUrl,
    template,
} from "../guest/solr-files";
import { renderTemplate } from "../guest/template";
import { CHECK_USER, COLLECTION, ZOOKEEPER_PORTS, type SearchMember } from "./member";

export const SOLR_UNIT = "solr.service";
export const ZOOKEEPER_UNIT = "zookeeper.service";
/** How steps, `verify` and operators ask the members. */
export const CLOUD = `${LIBRARY}/cloud.sh`;
/** The name of the password among the secrets by which HAProxy asks a member how it is. */
export const CHECK_PASSWORD = "solr-check-password";

const [SETTINGS, LOG] = ["/etc/solr/zoo.cfg", "/etc/solr/zookeeper-log4j2.xml"];
const KEY_STORE_PASSWORD = "/etc/solr/tls/key-store.password";
const TRUST_STORE = "/etc/solr/tls/trust-store.p12";
const CONF = "/etc/solr/collection";
/** Where ZooKeeper is in Solr's archive, of either kind. */
const CLASSES = ["server/solr-webapp/webapp/WEB-INF/lib", "server/lib/ext", "server/lib"]
    .map((each) => `/opt/solr/${each}/*`)
    .join(":");
/** How Solr, and its programs, come to ZooKeeper. */
const CLIENT_OPTIONS = [
    "-Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty -Dzookeeper.client.secure=true",
    `-Dzookeeper.ssl.keyStore.location=${KEY_STORE} -Dzookeeper.ssl.keyStore.type=PKCS12`,
    `-Dzookeeper.ssl.keyStore.passwordPath=${KEY_STORE_PASSWORD}`,
    `-Dzookeeper.ssl.trustStore.location=${SERVER_AUTHORITY} -Dzookeeper.ssl.trustStore.type=PEM`,
    // As in zoo.cfg.
    "-Dzookeeper.ssl.hostnameVerification=false",
].join(" ");
/** Of the members among themselves; the archive that is put together speaks HTTP/1.1 alone. */
const OPTIONS = `${CLIENT_OPTIONS} -Djavax.net.ssl.trustStore=${TRUST_STORE} -Djavax.net.ssl.trustStoreType=PKCS12 -Dsolr.http1=true`;
const NOTIFY = [`${ZOOKEEPER_UNIT}:restart`, `${SOLR_UNIT}:restart`];

export interface MemberSettings {
    own: SearchMember;
    members: readonly SearchMember[];
    /** Path of Solr's archive in the guest. */
    archive: string;
    /** Java's heap, of Solr. */
    heapMiB: number;
    /** Differs when the certificate differs: both read it when they start. */
    revision: string;
}

/** The program of the first step of a member. */
export function memberProgram(settings: MemberSettings): StepProgram {
    return {
        script: "solr/member-data.sh",
        parameters: {
            ...{ archive: settings.archive, id: String(settings.own.id) },
            ...{ certificate: SERVER_CERTIFICATE, key: SERVER_KEY, authority: SERVER_AUTHORITY },
            ...{ key_store: KEY_STORE, key_store_settings: KEY_STORE_SETTINGS, key_store_password: KEY_STORE_PASSWORD },
            ...{ trust_store: TRUST_STORE, client: CLIENT, user: SOLR_USER, password: PASSWORD },
        },
        files: memberFiles(settings),
        notify: NOTIFY,
    };
}

function memberFiles({ own, members, heapMiB, revision }: MemberSettings): Record<string, GuestFile> {
    const zookeepers = members.map(({ address }) => `${address}:${ZOOKEEPER_PORTS.client}`).join();
    const cluster = { own, members, zookeepers, ports: ZOOKEEPER_PORTS, port: SOLR_PORT, log: LOG, classes: CLASSES };
    const tls = { keyStore: KEY_STORE, keyStorePassword: KEY_STORE_PASSWORD, authority: SERVER_AUTHORITY };
    const solr = {
        ...{ url: solrUrl(own.address), address: own.address, port: SOLR_PORT, heapMiB, revision },
        ...{ keyStore: KEY_STORE, keyStoreSettings: KEY_STORE_SETTINGS, client: CLIENT },
        ...{ options: OPTIONS, zookeeper: ZOOKEEPER_UNIT },
    };
    const library = {
        ...{ ...cluster, client: CLIENT, clientOptions: CLIENT_OPTIONS },
        ...{ certificate: SERVER_CERTIFICATE, key: SERVER_KEY, authority: SERVER_AUTHORITY },
    };
    const rendered = (name: string, values: object) => renderTemplate(`solr/templates/${name}.eta`, values);
    return {
        "/etc/solr/log4j2.xml": { content: template("log4j2.xml") },
        [LOG]: { content: template("zookeeper-log4j2.xml") },
        [SETTINGS]: { content: rendered("zoo.cfg", { ...cluster, ...tls }) },
        [`/etc/systemd/system/${ZOOKEEPER_UNIT}`]: {
            content: rendered(ZOOKEEPER_UNIT, { log: LOG, classes: CLASSES, settings: SETTINGS, revision }),
        },
        [`/etc/systemd/system/${SOLR_UNIT}`]: { content: rendered(SOLR_UNIT, solr) },
        ...hardening(ZOOKEEPER_UNIT),
        ...hardening(SOLR_UNIT),
        [`${HOME}/solr.xml`]: owned(rendered("cloud.xml", cluster)),
        [CLOUD]: { content: rendered("cloud.sh", library) },
        ...Object.fromEntries(
            ["key-store.sh", "security.py", "check-schema.py"].map((name) => [
                `${LIBRARY}/${name}`,
                { content: guestScript(`solr/${name}`) },
            ]),
        ),
    };
}

/** The program of the step that gives all members what they read in ZooKeeper. @param revision differs when a password differs */
export const settingsProgram = (revision: string): StepProgram => ({
    script: "solr/cluster-settings.sh",
    parameters: {
        user: SOLR_USER,
        password: PASSWORD,
        check_user: CHECK_USER,
        check_password: CHECK_PASSWORD,
        revision,
    },
});

/** The program by which a member takes up its settings. @param revision of its first step */
export const runningProgram = (revision: string, archive: string): StepProgram => ({
    script: "solr/member.sh",
    parameters: { revision, archive, collection: COLLECTION },
    notify: NOTIFY,
});

/** The program of the step that makes the collection. @param schema path of its schema in the guest @param revision of what that comes from */
export const collectionProgram = (schema: string, revision: string, members: readonly SearchMember[]): StepProgram => ({
    script: "solr/collection.sh",
    parameters: {
        ...{ collection: COLLECTION, schema, schema_of: revision, conf: CONF, port: String(SOLR_PORT) },
        members: members.map(({ address }) => address).join(" "),
    },
    files: configuration(CONF),
});
