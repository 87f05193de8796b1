import type { EoxServerContext as Context } from "../../context";
import { ensure } from "../../row";

/** One instance, as users reach it and as its configuration has it. */
export interface Instance {
    name: string;
    url: string;
    ows: string;
    admin: string;
    /** Its processes of mod_wsgi. */
    processes: number;
}

/** All instances that are configured, with the addresses that the stack gives out for them. */
export function instancesOf({ config, outputs }: Context): Instance[] {
    return config.instances.map(({ name, processes }) => {
        const addresses = outputs.instances[name];
        ensure(
            addresses,
            `the stack's outputs have no instance ${name}: the configuration has changed since the last up`,
        );
        return { name, processes, ...addresses };
    });
}

/** The first and the last instance: for checks that take a second of the machine each. */
export function sampleOf(context: Context): Instance[] {
    const all = instancesOf(context);
    return all.filter((_, index) => index === 0 || index === all.length - 1);
}

/** The database of an instance. */
export function databaseOf(instance = ""): string {
    return `eoxs_${instance}`;
}

export function names(instances: readonly { name: string }[]): string {
    return instances.length <= 4
        ? instances.map(({ name }) => name).join(", ")
        : `${instances[0]?.name}, ${instances[1]?.name} … ${instances.at(-1)?.name}`;
}

/** TCP ports that users reach. */
export function webPorts({ tls, eoxserver: { httpPort, httpsPort } }: Context["config"]): number[] {
    return tls.mode === "none" ? [httpPort] : [httpPort, httpsPort];
}
