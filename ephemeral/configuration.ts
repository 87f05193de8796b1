import { parse, stringify } from "yaml";
import { withBase } from "../stacks/config/base";
import { ConfigError, type Problem } from "../stacks/config/problem";

const PREFIX = "science-stacks:";
/** As small as every product's volume may be; it is a sparse file, or a few cents. */
const DATA_GIB = 5;
/** Processes for one user, where a server of its size would have more. */
const PROCESSES = 2;
/** The section and the key that say how many there are. */
const PROCESSES_OF: Record<string, readonly [section: string, key: string]> = {
    dcor: ["dcor", "workers"],
    eoxserver: ["eoxserver", "processes"],
    "omero-web": ["omeroWeb", "workers"],
};

type Keys = Record<string, unknown>;

/**
 * The configuration of an ephemeral stack, from that of another and its base: the same server, small, at an address of its own,
 * with nothing that outlives it.
 */
export function ephemeralConfiguration(text: string): string {
    return changed(text, (own) => {
        const problems: Problem[] = [];
        // Backups would go to where the other stack's are, and stay there.
        const { machine, data, ...others } = onOneMachine(without("backup", without("base", withBase(own, problems))));
        if (problems.length > 0) {
            throw new ConfigError("the configuration to start from", problems);
        }
        const [section, key] = PROCESSES_OF[String(own["product"])] ?? [];
        return {
            ...others,
            ...(section && key && { [section]: { ...(others[section] as Keys | undefined), [key]: PROCESSES } }),
            machine: without("address", machine as Keys | undefined),
            data: { ...(data as Keys | undefined), sizeGiB: DATA_GIB, onDestroy: "delete" },
        };
    });
}

/** What has a machine of its own, or is Amazon's, is on the first one: there is one snapshot, and one user, who asks it himself. */
function onOneMachine(keys: Keys): Keys {
    const { postgresql, objectStore, redis, solr, dcor, ...others } = without(
        "loadBalancer",
        without("applications", keys),
    );
    const { rds, ...beside } = (postgresql ?? {}) as Keys;
    const here = rds === undefined ? beside : without("authority", beside);
    const cache = without("elasticache", redis as Keys | undefined);
    const product = without("storageMachine", dcor as Keys | undefined);
    const own = ["data", "machine", "machines"];
    const sections = Object.entries({ postgresql: here, objectStore, redis: cache, solr, dcor: product }).map(
        ([section, keys]) =>
            [section, own.reduce((rest, key) => without(key, rest), keys as Keys | undefined) ?? {}] as const,
    );
    return { ...others, ...Object.fromEntries(sections.filter(([, keys]) => Object.keys(keys).length > 0)) };
}

/** The same, of a machine that begins with a snapshot. */
export function withSnapshot(configuration: string, snapshot: string): string {
    return changed(configuration, ({ machine, ...others }) => ({
        ...others,
        machine: { ...(machine as Keys), snapshot },
    }));
}

/** The project's keys of a configuration, without the project's name. */
export function keysOf(configuration: string): Keys {
    const { config } = parse(configuration) as { config: Keys };
    return Object.fromEntries(
        Object.entries(config)
            .filter(([key]) => key.startsWith(PREFIX))
            .map(([key, value]) => [key.slice(PREFIX.length), value]),
    );
}

function without(key: string, keys: Keys = {}): Keys {
    return Object.fromEntries(Object.entries(keys).filter(([each]) => each !== key));
}

function changed(text: string, change: (keys: Keys) => Keys): string {
    const document = parse(text) as { config: Keys };
    const others = Object.entries(document.config).filter(([key]) => !key.startsWith(PREFIX));
    const own = Object.entries(change(keysOf(text))).map(([key, value]) => [PREFIX + key, value] as const);
    return stringify({ ...document, config: Object.fromEntries([...others, ...own]) });
}
