import { DcorSoftware, type Dataset } from "../../verify/dcor-api";
import type { Outputs } from "../../verify/outputs";
import { SMALL } from "../e2e/small";
import { dcorApi, makeDataset } from "./dataset";
import type { Reached } from "./reached";

/** A process of a product, or some, and how a shell on the machine sends them a signal. */
export interface Service {
    name: string;
    signal: (name: string) => string;
}

/** What those who try faults know of a product. */
export interface Product<P extends Outputs["product"] = Outputs["product"]> {
    name: string;
    /** Names its stacks. */
    label: string;
    configuration: Record<string, unknown>;
    services: readonly Service[];
    /** A row of `verify` that takes longer waits for something that hangs. */
    verifySeconds: number;
    volumes: readonly string[];
    /** A setting with another value each turn, which a change of restarts the product. */
    setting(turn: number): Record<string, unknown>;
    /** Settings that need further packages of Debian, or an environment of Python's packages beside the one that runs. */
    fetches?: { kind: "Debian" | "PyPI"; configuration: (turn: number) => Record<string, unknown> };
    /** A page that needs all that the product is made of. */
    page(outputs: Extract<Outputs, { product: P }>): string;
    /** Seconds of an installation, and of a change of the setting, that power cuts are spread over. */
    spans: { install: number; change: number };
    /** Puts something into the product that no fault may take away. */
    keep(stack: Reached<P>): Promise<void>;
    /** All of that, read back: the same text as long as none of it is lost. */
    kept(stack: Reached<P>): Promise<string>;
    /** What could be lost by mistake, and a shell on the machine that loses it. */
    lost: string;
    lose: string;
}

const unit = (name: string, id: string): Service => ({
    name,
    signal: (signal) => `systemctl kill --signal=${signal} ${id}`,
});
/** A program of supervisor, with all that it has started: each is a process group. */
const program = (name: string, id: string): Service => ({
    name,
    signal: (signal) => `supervisorctl pid ${id} | xargs -I '{}' kill -s ${signal} -- '-{}'`,
});
const POSTGRESQL = unit("PostgreSQL", "postgresql@15-main.service");
const REDIS = unit("Redis", "redis-server.service");
const NGINX = unit("nginx", "nginx.service");
const psql = (database: string, statement: string) =>
    `cd / && runuser -u postgres -- psql -XAtq -d ${database} -c "${statement}"`;
const files = (...paths: string[]) => `stat -c '%n %U:%G %a' ${paths.join(" ")}; sha256sum ${paths.join(" ")}`;

/** Small packages that nothing else needs. */
const PACKAGES = ["hello", "jq", "bc", "screen", "figlet"];
/** An access control of Apache's own, with further packages each turn. */
const accessControl = (turn: number) => ({
    ...{ paths: ["/instance00/admin"], authType: "Basic", modules: ["auth_basic", "authn_file", "authz_user"] },
    ...{ pathDirectives: "AuthBasicProvider file\nAuthUserFile /dev/null", packages: PACKAGES.slice(0, turn) },
});

const eoxserver: Product<"eoxserver"> = {
    name: "EOxServer",
    label: "eoxserver",
    configuration: SMALL.eoxserver,
    volumes: ["/data"],
    verifySeconds: 40,
    services: [
        POSTGRESQL,
        unit("the instance's back end", "eoxserver@instance00.service"),
        unit("Apache in front", "apache2.service"),
    ],
    setting: (turn) => ({ eoxserver: { processes: 2, requestTimeoutSeconds: 600 + turn } }),
    fetches: { kind: "Debian", configuration: (turn) => ({ accessControl: accessControl(turn) }) },
    page: ({ url }) => new URL("instance00/", url).href,
    spans: { install: 25, change: 12 },
    keep: async ({ machine }) => {
        await machine.run(`
            ${psql("eoxs_instance00", "create table kept as select n, md5(n::text) from generate_series(1, 1000) n")}
            head -c 1000000 /dev/urandom | install -o eodata -g www-data -m 640 /dev/stdin /srv/eodata/kept
        `);
    },
    kept: ({ machine }) =>
        machine.run(`
            ${psql("eoxs_instance00", "select count(*), md5(string_agg(t::text, ',' order by n)) from kept t")}
            ${psql("eoxs_instance00", "select md5(string_agg(t::text, ',' order by id)) from django_migrations t")}
            ${files("/srv/eodata/kept", "/srv/eoxserver/instance00/manage.py")}
        `),
    lost: "tables dropped, a picture and an instance's directory deleted",
    lose: `${psql("eoxs_instance00", "drop table kept, django_migrations cascade")}; rm -r /srv/eodata/kept /srv/eoxserver/instance00/instance00`,
};

const HOME = "/opt/omero/web/omero-web";
/** A program of Django's, with a session store `sessions` that opens a session by its key. */
const django = (
    text: string,
) => `cd ${HOME} && runuser -u omero-web -- env OMERODIR=${HOME} OMERO_USERDIR=/var/cache/omero-web \
    HOME=/var/cache/omero-web DJANGO_SETTINGS_MODULE=omeroweb.settings /opt/omero/web/venv3/bin/python -c "
import django; django.setup()
from importlib import import_module; from django.conf import settings
sessions = import_module(settings.SESSION_ENGINE).SessionStore
${text}"`;

/** By the turn: the default is the last one. */
const APPS = [["figure", "iviewer"], [], ["figure"], ["iviewer"]];

const omeroWeb: Product<"omero-web"> = {
    name: "OMERO.web",
    label: "omero",
    configuration: SMALL["omero-web"],
    volumes: ["/data"],
    verifySeconds: 40,
    services: [REDIS, unit("Gunicorn", "omero-web.service"), NGINX],
    setting: (turn) => ({ omeroWeb: { sessionCookieAgeSeconds: 86400 + turn } }),
    fetches: { kind: "PyPI", configuration: (turn) => ({ omeroWeb: { apps: APPS[turn % 4] } }) },
    page: ({ url }) => new URL("webclient/login/", url).href,
    spans: { install: 15, change: 12 },
    keep: async ({ machine }) => {
        await machine.run(`
            install -o omero-web -g omero-web -m 644 /dev/stdin ${HOME}/logo.svg <<<"<svg/>"
            ${django("s = sessions(); s['of'] = 'a user'; s.save(); print(s.session_key)")} |
                install -o omero-web -g omero-web -m 600 /dev/stdin ${HOME}/session
        `);
    },
    kept: ({ machine }) =>
        machine.run(`
            ${django(`print(sessions(open('${HOME}/session').read().strip())['of'])`)}
            ${files(`${HOME}/logo.svg`, `${HOME}/session`, `${HOME}/var/django_secret_key`)}
        `),
    lost: "its directory on the volume deleted",
    lose: `find ${HOME} -mindepth 1 -delete`,
};

const dcor: Product<"dcor"> = {
    name: "DCOR",
    label: "dcor",
    configuration: SMALL.dcor,
    volumes: ["/data", "/cache"],
    verifySeconds: 90,
    services: [
        POSTGRESQL,
        unit("Solr", "solr.service"),
        REDIS,
        unit("MinIO", "minio.service"),
        NGINX,
        program("uWSGI", "ckan-uwsgi"),
        program("a worker", "ckan-worker-dcor-short"),
        unit("supervisor", "supervisor.service"),
    ],
    setting: (turn) => ({ dcor: { workers: 2, harakiriSeconds: 36000 + turn } }),
    page: ({ url }) => new URL("dataset/", url).href,
    spans: { install: 40, change: 20 },
    keep: async (stack) => {
        await makeDataset(stack, "kept", "private");
        await stack.machine.run(
            "install -o www-data -g www-data -m 644 /dev/stdin /data/ckan/storage/logo.svg <<<'<svg/>'",
        );
    },
    kept: async (stack) => {
        const api = dcorApi(stack);
        const search = { q: "name:kept", include_private: true };
        const found = await api.action<{ results: Dataset[] }>("package_search", search);
        const [dataset] = found.results;
        const [resource] = dataset?.resources ?? [];
        if (dataset === undefined || resource === undefined) {
            throw new Error("the dataset is not found");
        }
        const { status, body } = await api.download(dataset.id, resource);
        const sum = await stack.machine.run(`sha256sum; ${files("/data/ckan/storage/logo.svg")}`, body);
        const jobs = await new DcorSoftware(stack.machine).jobs(["dcor-short", "dcor-normal", "dcor-long"]);
        return `${dataset.id} ${resource.sha256} ${status} ${sum} ${JSON.stringify(jobs)}`;
    },
    lost: "database, uploads, objects and search index lost",
    lose: `
        systemctl stop supervisor minio
        cd /; runuser -u postgres -- dropdb --force ckan_default
        find /data/ckan /data/minio /data/solr/ckan/data -mindepth 1 -delete
    `,
};

export const PRODUCTS = [eoxserver, omeroWeb, dcor] as unknown as readonly Product[];
