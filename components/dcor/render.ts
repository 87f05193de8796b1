import { hardening } from "../guest/hardening";
import type { GuestFile } from "../guest/program";
import { guestScript } from "../guest/shell";
import { programFile } from "../guest/supervisor";
import { renderTemplate } from "../guest/template";
import { DCOR_DEFAULTS, iniLines, siteOptions } from "./options";
import { TEMPORARY, UWSGI, type DcorSettings } from "./settings";
import { VENV } from "./software";

/** The guide's paths. */
export const CKAN_INI = "/etc/ckan/default/ckan.ini";
const LIBRARY = "/usr/local/lib/science-stacks/dcor";

/** What every program of CKAN needs in its environment. */
export const ENVIRONMENT = {
    CKAN_INI,
    HOME: "/var/www",
    LC_ALL: "C.UTF-8",
    PATH: `${VENV}/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    // Large files pass through it: on the scratch space there is room.
    TMPDIR: TEMPORARY,
    // The region and the version of signatures, for presigned addresses.
    AWS_CONFIG_FILE: "/etc/ckan/dcor/aws.conf",
    // Checksums that boto3 sends since 1.36 are refused by S3 servers other than Amazon's.
    AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
    AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
} as const;

/** The same, as the arguments of `env`. */
export const ENVIRONMENT_WORDS = Object.entries(ENVIRONMENT)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");

/** The queues of background jobs; each has a worker. Guide: "Background workers". */
export const QUEUES = ["dcor-short", "dcor-normal", "dcor-long"] as const;

/** Commands that run each night, by the time that they run at: what the day's jobs have missed, then what nobody finished. */
const NIGHTLY = [
    {
        unit: "dcor-jobs@",
        time: "01:00",
        options: " --modified-days 1",
        commands: ["run-jobs-dcor-depot", "run-jobs-dcor-schemas", "run-jobs-dc-view", "run-jobs-dc-serve"],
    },
    {
        unit: "dcor-prune@",
        time: "02:30",
        options: "",
        commands: ["dcor-prune-stale-multipart-uploads", "dcor-prune-draft-datasets"],
    },
] as const;

export const NIGHTLY_TIMERS = NIGHTLY.flatMap(({ unit, commands }) => commands.map((each) => `${unit}${each}.timer`));

/** What `ckan.ini` and the site's configuration for `dcor inspect` are put together from in the guest; nothing secret. */
export function configurationFiles(settings: DcorSettings): Record<string, GuestFile> {
    const site = siteOptions(settings);
    const forInspect = {
        name: "science-stacks",
        requirements: { ip: "unknown" },
        branding_paths: [],
        "ckan.ini": site,
    };
    return {
        [`${LIBRARY}/ckan.ini`]: {
            content: renderTemplate("dcor/templates/ckan.ini.eta", {
                site: iniLines(site),
                defaults: iniLines(DCOR_DEFAULTS),
            }),
        },
        [`${LIBRARY}/dcor_config.json`]: { content: `${JSON.stringify(forInspect, undefined, 4)}\n` },
        [`${LIBRARY}/merge-secrets.py`]: { content: guestScript("dcor/merge-secrets.py") },
        [`${LIBRARY}/initialize.py`]: { content: guestScript("dcor/initialize.py") },
        [`${LIBRARY}/search_index.py`]: { content: guestScript("dcor/search_index.py") },
        [ENVIRONMENT.AWS_CONFIG_FILE]: {
            content: renderTemplate("dcor/templates/aws.conf.eta", {
                region: settings.objectStoreRegion ?? "us-east-1",
            }),
        },
        "/etc/tmpfiles.d/dcor.conf": { content: guestScript("dcor/templates/tmpfiles.conf") },
        "/usr/local/bin/ckan": command("ckan"),
        "/usr/local/bin/dcor": command("dcor"),
    };
}

const command = (name: string): GuestFile => ({
    content: renderTemplate(`dcor/templates/${name}.sh.eta`, { environment: ENVIRONMENT_WORDS, venv: VENV }),
    mode: "755",
});

/** What uWSGI reads: the guide's ckan-uwsgi.ini. */
export function uwsgiFiles(settings: DcorSettings): Record<string, GuestFile> {
    const { workers = 4, harakiriSeconds = 36000, maxBodyMiB = 5 } = settings;
    const values = { socket: UWSGI, workers, harakiriSeconds, limitPost: maxBodyMiB << 20 };
    return {
        "/etc/ckan/default/ckan-uwsgi.ini": { content: renderTemplate("dcor/templates/ckan-uwsgi.ini.eta", values) },
        "/etc/ckan/default/wsgi.py": { content: guestScript("dcor/templates/wsgi.py") },
    };
}

/** What supervisor runs: uWSGI, and a worker for each queue. */
export function programFiles(): Record<string, GuestFile> {
    const program = (name: string, options: { command: string; user?: string }) =>
        programFile(name, { ...options, environment: ENVIRONMENT, log: `/var/log/ckan/${name}` });
    const worker = (queue: string) =>
        program(`ckan-worker-${queue}`, {
            // What visitors ask for comes first.
            command: `/usr/bin/nice -n 10 ${VENV}/bin/ckan -c ${CKAN_INI} jobs worker ${queue}`,
            user: "www-data",
        });
    return Object.assign(
        program("ckan-uwsgi", { command: `${VENV}/bin/uwsgi -i /etc/ckan/default/ckan-uwsgi.ini` }),
        ...QUEUES.map(worker),
    ) as Record<string, GuestFile>;
}

/** Units of the nightly jobs. */
export function jobFiles(): Record<string, GuestFile> {
    const units = NIGHTLY.flatMap(({ unit, ...values }) =>
        ["service", "timer"].map((kind) => [
            `/etc/systemd/system/${unit}.${kind}`,
            {
                content: renderTemplate(`dcor/templates/dcor-jobs@.${kind}.eta`, {
                    ...values,
                    environment: ENVIRONMENT,
                    venv: VENV,
                }),
            },
        ]),
    );
    return {
        ...(Object.fromEntries(units) as Record<string, GuestFile>),
        ...(Object.assign({}, ...NIGHTLY.map(({ unit }) => hardening(`${unit}.service`))) as Record<string, GuestFile>),
    };
}

/** The limit of CKAN's logs. */
export const logFiles = (): Record<string, GuestFile> => ({
    "/etc/logrotate.d/ckan": { content: guestScript("dcor/templates/logrotate") },
});
