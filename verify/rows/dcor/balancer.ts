import { BALANCED, STORAGE_SERVICE } from "../../../components/dcor/balanced";
import { BALANCER_PORT } from "../../../components/guest/balancer-files";
import { NIGHTLY_TIMERS } from "../../../components/dcor/render";
import type { DcorContext } from "../../context";
import { count, ensure } from "../../row";
import { checkServers } from "../common/balancer";

/** The way from nginx to each machine of DCOR, what they share, and what one of them has alone. */
export async function checkBalancer({ front, config, applicationMachines }: DcorContext): Promise<string> {
    const site = await front.run("nginx -T 2>/dev/null");
    ensure(site.includes(`proxy_pass http://127.0.0.1:${BALANCER_PORT};`), "nginx does not ask HAProxy");
    const servers = Object.keys(config.applications ?? {});
    const storage = config.dcor.storageMachine ?? "";
    await checkServers(front, [BALANCED], servers, { [STORAGE_SERVICE]: [storage] });

    const seen = await Promise.all(
        applicationMachines.map(async ({ name, ssh }) => ({
            name,
            // By its sum: the key stays there.
            ...(await ssh.facts(`
                fact keys "$(grep -E '^(SECRET_KEY|ckan.site_id|sqlalchemy.url|ckan.redis.url) = ' /etc/ckan/default/ckan.ini | sha256sum)"
                fact timers "$(systemctl is-active ${NIGHTLY_TIMERS.join(" ")} | sort -u | paste -sd' ')"
                fact assets "$(cd /var/lib/ckan/webassets && find . -type f -name '*.css' -o -type f -name '*.js' | sort | sha256sum)"
            `)),
        })),
    );
    for (const [fact, what] of [
        ["keys", "do not share keys, database and queue"],
        ["assets", "have other style sheets and scripts"],
    ] as const) {
        const values = seen.map((each) => (each as Record<string, string | undefined>)[fact]);
        ensure(values[0] && values.every((each) => each === values[0]), `the machines of DCOR ${what}`);
    }
    for (const [index, each] of seen.entries()) {
        const { timers } = each as Record<string, string | undefined>;
        const wanted = applicationMachines[index]!.name.endsWith(`-${storage}`) ? "active" : "inactive";
        ensure(timers === wanted, `the nightly jobs of ${each.name} are ${timers}, not ${wanted}`);
    }
    return `nginx is given HAProxy, and HAProxy ${count(servers.length, "server")} of DCOR, which all answer it by TLS; they share their keys, the database and the queue of jobs; ${storage} alone has the pictures and runs the nightly jobs`;
}
