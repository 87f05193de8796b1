import { hardening } from "../guest/hardening";
import type { GuestFile } from "../guest/program";
import { publicUrl, type PublicAddress } from "../guest/public-address";
import { guestScript } from "../guest/shell";
import { renderTemplate } from "../guest/template";
import { BACKEND_PORT, backendAddress } from "./backend-address";

/** Where the files that all instances share lie in the guest. */
const LIBRARY = "/usr/local/lib/science-stacks/eoxserver";

/** One instance, as its files need to know it. */
export interface InstanceSettings {
    /** A Python identifier. */
    name: string;
    /** Directory of the virtual environment: `softwareDirectory`. */
    software: string;
    address: PublicAddress;
    /** Directory of the socket, or the host, of the database server. */
    databaseHost: string;
    databasePort: number;
    /** Settings of libpq for each connection. @default none */
    databaseSettings?: Record<string, string>;
    /** A process stays connected between requests. @default false */
    keepsConnections?: boolean;
    /** Daemon processes, one thread each. @default 10, as in the guide */
    processes?: number;
    /** The time after which a request is given up, in seconds. @default 600 */
    timeoutSeconds?: number;
    /** The back end serves the static files, too: the site is on another machine. @default false */
    servesStatic?: boolean;
    /** Buckets with data are asked by TLS. @default false, as EOxServer's own */
    storagesHaveTls?: boolean;
    /** The time after which a process without requests gives its memory back, in seconds; the next request takes half a second more. @default 900 */
    idleSeconds?: number;
}

/** The name of an instance's database and of its user. */
export function databaseOf(instance: string): { database: string; role: string } {
    return { database: `eoxs_${instance}`, role: instance };
}

/** Name of the secret file with the password of an instance's database. */
export const databaseSecret = (instance: string) => `eoxserver-${instance}-database`;

/** The administrator's command for an instance: the guide's `eoxsi00` for `instance00`, else `eoxs-<name>`. */
export function managementCommand(instance: string): string {
    const number = /^instance(\d+)$/.exec(instance)?.[1];
    return number === undefined ? `eoxs-${instance}` : `eoxsi${number}`;
}

/** The address of an instance's OGC services: `http_service_url` of its eoxserver.conf. */
export function serviceUrl(address: PublicAddress, instance: string): string {
    return `${publicUrl(address)}/${instance}/ows`;
}

/** The files of one instance, by their path in the guest. */
export function instanceFiles(instance: InstanceSettings): Record<string, GuestFile> {
    const { name, address, processes = 10, timeoutSeconds = 600, idleSeconds = 900 } = instance;
    const names = [address.serverName, ...(address.aliases ?? [])];
    const values = {
        instance: name,
        command: managementCommand(name),
        software: instance.software,
        address: backendAddress(name),
        port: BACKEND_PORT,
        processes,
        timeoutSeconds,
        idleSeconds,
        databaseHost: instance.databaseHost,
        databasePort: instance.databasePort,
        keepsConnections: instance.keepsConnections ?? false,
        databaseSettings: Object.entries(instance.databaseSettings ?? {}),
        ...databaseOf(name),
        allowedHosts: python(names.map((each) => (each.includes(":") ? `[${each}]` : each))),
        trustedOrigins: python(names.map((serverName) => publicUrl({ ...address, serverName }))),
        tls: address.tls ? "True" : "False",
        storagesHaveTls: instance.storagesHaveTls ?? false,
        servesStatic: instance.servesStatic ?? false,
    };
    const file = (template: string, mode?: string): GuestFile => ({
        content: renderTemplate(`eoxserver/templates/${template}`, values),
        mode,
    });

    return {
        [`/etc/eoxserver/${name}/settings.py`]: file("settings.py.eta"),
        [`/etc/eoxserver/${name}/apache2.conf`]: file("apache2.conf.eta"),
        [`/etc/logrotate.d/eoxserver-${name}`]: file("logrotate.eta"),
        [`/usr/local/bin/${values.command}`]: file("manage.sh.eta", "755"),
        ...hardening(`eoxserver@${name}.service`),
    };
}

/** The files that all instances share: the unit of a back end, the list of packages, the tools of the steps. */
export function softwareFiles(requirements: string): Record<string, GuestFile> {
    const unit = { content: guestScript("eoxserver/templates/eoxserver@.service") };
    const tools = TOOLS.map((name) => [`${LIBRARY}/${name}`, { content: guestScript(`eoxserver/${name}`) }] as const);
    return {
        "/etc/systemd/system/eoxserver@.service": unit,
        [`${LIBRARY}/requirements.txt`]: { content: requirements },
        ...Object.fromEntries(tools),
    };
}

/** What the steps of an instance call in the guest. */
export const TOOLS = ["set-options.py", "set-up-instance.py"] as const;

/** A list of strings as Python writes it; JSON is the same there. */
function python(strings: readonly string[]): string {
    return JSON.stringify(strings).replaceAll('","', '", "');
}
