import { BALANCER_PORT } from "../../../components/guest/balancer-files";
import { BALANCED } from "../../../components/omero-web/omero-web";
import type { OmeroWebContext } from "../../context";
import { count, ensure } from "../../row";
import { checkServers } from "../common/balancer";
import { properties } from "./properties";

/** The way from nginx to each machine of OMERO.web, and from there to what keeps the sessions. */
export async function checkBalancer({ front, config, applicationMachines }: OmeroWebContext): Promise<string> {
    const site = await front.run("nginx -T 2>/dev/null");
    ensure(site.includes(`server 127.0.0.1:${BALANCER_PORT} fail_timeout=0;`), "nginx does not ask HAProxy");
    const servers = Object.keys(config.applications ?? {});
    await checkServers(front, [BALANCED], servers);

    const caches = await Promise.all(
        applicationMachines.map(async ({ ssh }) =>
            cacheOf((await properties({ machine: ssh })).get("omero.web.caches")),
        ),
    );
    const [cache] = caches;
    ensure(
        caches.every((each) => each === cache),
        "the machines of OMERO.web keep their sessions in different places",
    );
    const keys = await Promise.all(
        applicationMachines.map(async ({ ssh }) => (await properties({ machine: ssh })).get("omero.web.secret_key")),
    );
    ensure(
        keys[0] && keys.every((each) => each === keys[0]),
        "the machines of OMERO.web have different keys of Django",
    );
    const way = `nginx is given HAProxy, and HAProxy ${count(servers.length, "server")} of OMERO.web, which all answer it by TLS`;
    return `${way}; their sessions are in ${cache ?? "files"}, and Django's key is one`;
}

/** The address in the property that says where the cache is. */
const cacheOf = (property?: string) => /rediss?:\/\/[^"]*/.exec(property ?? "")?.[0];
