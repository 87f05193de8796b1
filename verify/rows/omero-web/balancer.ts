import { BALANCED, BALANCER_PORT, BALANCER_SOCKET } from "../../../components/omero-web/balancer-files";
import type { OmeroWebContext } from "../../context";
import { count, ensure } from "../../row";
import { properties } from "./properties";

/** What HAProxy says of each server: its name, whether it is up, and what its last check came to. */
const ASK = `
import csv, socket
connection = socket.socket(socket.AF_UNIX)
connection.connect("${BALANCER_SOCKET}")
connection.sendall(b"show stat\\n")
for row in csv.DictReader(connection.makefile(encoding="ascii").read().lstrip("# ").splitlines()):
    if row["pxname"] == "${BALANCED}" and row["svname"] not in ("FRONTEND", "BACKEND"):
        print(row["svname"], row["status"], row["check_status"])`;

/** The way from nginx to each machine of OMERO.web, and from there to what keeps the sessions. */
export async function checkBalancer({ front, config, applicationMachines }: OmeroWebContext): Promise<string> {
    const site = await front.run("nginx -T 2>/dev/null");
    ensure(site.includes(`server 127.0.0.1:${BALANCER_PORT} fail_timeout=0;`), "nginx does not ask HAProxy");
    const listens = await front.run(`ss -lntH 'sport = ${BALANCER_PORT}' | awk '{print $4}'`);
    ensure(listens === `127.0.0.1:${BALANCER_PORT}`, `HAProxy listens on ${listens}`);
    const servers = (await front.run(`python3 -c '${ASK}'`)).split("\n").sort();
    const wanted = Object.keys(config.applications ?? {}).sort();
    ensure(servers.map((line) => line.split(" ")[0]).join() === wanted.join(), `HAProxy has ${servers.join(", ")}`);
    const away = servers.filter((line) => !/ UP (\* )?L7OK$/.test(line));
    ensure(away.length === 0, `HAProxy finds no answer of ${away.join(", ")}`);

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
