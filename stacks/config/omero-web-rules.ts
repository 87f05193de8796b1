import { icePyProblem } from "../../components/omero-web/ice-py-releases";
import { REDIS_BALANCER_PORT } from "../../components/redis-cluster/member";
import { applicationPlaces, balancerPorts } from "./applications";
import { GUNICORN_PORT, HTTP_PORT, HTTPS_PORT } from "./omero-web-settings";
import type { Rule } from "./rule";

/** Ports that something else on the machine listens on. */
const TAKEN_PORTS = new Map<unknown, string>([
    [22, "SSH"],
    [6379, "Redis"],
    [REDIS_BALANCER_PORT, "HAProxy, for Redis"],
]);

/** The ports are free, and different. Without TLS there is one less. */
export const portsRule: Rule = (given) => {
    const ports = [
        [["omeroWeb", "httpPort"], given("omeroWeb", "httpPort") ?? HTTP_PORT],
        ...(given("tls", "mode") === "none"
            ? []
            : [[["omeroWeb", "httpsPort"], given("omeroWeb", "httpsPort") ?? HTTPS_PORT] as const]),
        [["omeroWeb", "applicationServer", "port"], given("omeroWeb", "applicationServer", "port") ?? GUNICORN_PORT],
    ] as [string[], unknown][];
    const taken = new Map([...TAKEN_PORTS, ...balancerPorts(given)]);
    return ports.flatMap(([path, value], index) => {
        const by =
            taken.get(value) ??
            ports
                .slice(0, index)
                .find(([, other]) => other === value)?.[0]
                .join(".");
        const advice = "Give each its own port.";
        return by === undefined ? [] : [{ path, reason: `this is the port of ${by} already`, advice }];
    });
};

/** A release whose Python has no IcePy is refused before anything is made. */
export const icePyRule: Rule = (given) =>
    applicationPlaces(given).flatMap((machine) => {
        const path = [...machine, "image"];
        const image = given(...path);
        const reason = typeof image === "string" ? icePyProblem(image) : undefined;
        return reason === undefined ? [] : [{ path, reason, advice: 'Take "debian-12".' }];
    });

/** A server that the public user is of must be in the list. */
export const publicServerRule: Rule = (given) => {
    const [id, servers] = [given("publicUser", "serverId"), given("omeroWeb", "servers")];
    const count = Array.isArray(servers) ? servers.length : 1;
    return typeof id === "number" && id > count
        ? [
              {
                  path: ["publicUser", "serverId"],
                  reason: `there are ${count} in omeroWeb.servers`,
                  advice: `Give 1 to ${count}.`,
              },
          ]
        : [];
};

/** Whoever names a Redis elsewhere means it to be used. What is made for nobody is not paid for. */
export const redisRule: Rule = (given) => {
    const made = ["machine", "machines", "elasticache"];
    const unused = [
        ...(given("omeroWeb", "sessions") === "files"
            ? [{ keys: ["url", ...made], reason: "the sessions are in files (omeroWeb.sessions)" }]
            : []),
        ...(given("backend") === undefined
            ? []
            : [{ keys: made, reason: "OMERO.web, whose sessions it is for, is elsewhere (backend)" }]),
    ];
    return unused.flatMap(({ keys, reason }) =>
        keys
            .filter((key) => given("redis", key) !== undefined)
            .map((key) => ({ path: ["redis", key], reason, advice: "Leave one of the two out." })),
    );
};

/** An app can be registered once. */
export const appsRule: Rule = (given) => {
    const apps = given("omeroWeb", "apps");
    return (Array.isArray(apps) ? apps : []).flatMap((app: unknown, index, all) =>
        all.indexOf(app) === index
            ? []
            : [{ path: ["omeroWeb", "apps", index], reason: "it is there already", advice: "Name each app once." }],
    );
};
