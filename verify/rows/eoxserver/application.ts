import type { EoxServerContext as Context } from "../../context";
import { logIn } from "../../django";
import { count, ensure, type Row } from "../../row";
import { databaseOf, instancesOf, names, sampleOf } from "./instance";
import { managementCommand } from "../../../components/eoxserver/render";
import { factsOf } from "./operator";
import { DAEMONS, daemonProcesses } from "./server";

/** What makes Apache print the configuration that it has read. */
const INFO = "LoadModule info_module /usr/lib/apache2/modules/mod_info.so";

/** The instances: their directories, their settings, their processes. */
export const applicationRows: Row<Context>[] = [
    {
        id: "E05",
        title: "One installation, any number of instances, each a directory of its own",
        async check(context) {
            const { machine, web } = context;
            const all = instancesOf(context);
            const found = new Set(
                (
                    await machine.run("find /srv/eoxserver -mindepth 2 -maxdepth 2 -name manage.py -printf '%h\\n'")
                ).split("\n"),
            );
            const missing = all.filter(({ name }) => !found.has(`/srv/eoxserver/${name}`));
            ensure(missing.length === 0, `no directory below /srv/eoxserver for ${names(missing)}`);
            await Promise.all(
                all.map(async ({ name, url }) => {
                    const { text } = await web.get(url);
                    ensure(text.includes(`/${name}_static/`), `${url} answers with a page that is not of ${name}`);
                }),
            );
            // What the running processes have loaded says which installation they are of.
            const installations = await machine.run(`
                for process in $(pgrep --full '${DAEMONS}'); do
                    grep -oE '/[^ ]+/site-packages/lxml/' "/proc/$process/maps" | sort -u || true
                done | sort | uniq -c | sed 's/^ *[0-9]* //; s,/lib/python.*,,'
            `);
            ensure(
                installations.split("\n").length === 1,
                `the instances run several installations: ${installations.replaceAll("\n", ", ")}`,
            );
            return `${count(all.length, "instance")} (${names(all)}), each with its own directory and page, all of ${installations}`;
        },
    },
    {
        id: "E08",
        title: "Instances on PostGIS, migrated, with an administrator whose password is generated",
        async check(context) {
            const { database, web, config, outputs } = context;
            const { user } = config.eoxserver.admin;
            await Promise.all(
                instancesOf(context).map(async ({ name }) => {
                    const admins = await database.rows<{ username: string }>(
                        "select username from auth_user where is_superuser and is_active and password like 'pbkdf2%'",
                        databaseOf(name),
                    );
                    ensure(
                        admins.some(({ username }) => username === user),
                        `${name} has no administrator ${user}`,
                    );
                }),
            );
            const sample = sampleOf(context);
            await Promise.all(
                sample.map(async (instance) => {
                    const { name, admin } = instance;
                    const { engine, pending } = await factsOf(context, instance);
                    ensure(engine.endsWith(".postgis"), `${name} has its data in ${engine}`);
                    ensure(pending.length === 0, `${name} has migrations that were not applied: ${pending.join(", ")}`);
                    const { status, text } = await logIn(web, admin, user, outputs.adminPasswords[name] ?? "");
                    ensure(
                        status === 200 && text.includes("Site administration"),
                        `${admin} shows no administration after the log-in`,
                    );
                }),
            );
            return `${user} is an administrator of each; in ${names(sample)} no migration is left to do, and ${user} logs in with the generated password`;
        },
    },
    {
        id: "E09",
        title: "A short management command for each instance",
        async check(context) {
            const commands = instancesOf(context).map(({ name }) => managementCommand(name));
            const missing = await context.machine.run(
                `for name in ${commands.join(" ")}; do command -v "$name" >/dev/null || echo "$name"; done`,
            );
            ensure(missing === "", `there is no command ${missing.replaceAll("\n", ", ")}`);
            for (const instance of sampleOf(context)) {
                const { user, database } = await factsOf(context, instance);
                const command = managementCommand(instance.name);
                ensure(user === "eoxserver", `${command} works as ${user}`);
                ensure(database === databaseOf(instance.name), `${command} works on ${database}`);
            }
            return `${names(commands.map((name) => ({ name })))}: run as eoxserver, each on its instance's database`;
        },
    },
    {
        id: "E10",
        title: "Instance and static alias, daemon processes as configured, one thread each",
        async check(context) {
            const { machine, web } = context;
            const all = instancesOf(context);
            const running = await daemonProcesses(machine);
            const wrong = all.filter(({ name, processes }) => running.get(name) !== processes);
            ensure(
                wrong.length === 0,
                wrong
                    .map(
                        ({ name, processes }) =>
                            `${name} has ${running.get(name) ?? 0} processes instead of ${processes}`,
                    )
                    .join("; "),
            );
            // What Apache itself has read, as it would say at the next start.
            const directives = await machine.run(
                all
                    .map(
                        ({ name }) =>
                            `apache2 -f /etc/eoxserver/${name}/apache2.conf -C '${INFO}' -t -D DUMP_CONFIG 2>/dev/null | grep -iE '^ *WSGI(Daemon|Socket)'`,
                    )
                    .join("\n"),
            );
            const lines = directives.split("\n");
            ensure(
                lines.filter((line) => /WSGIDaemonProcess.* threads=1( |$)/i.test(line)).length === all.length,
                `a daemon process has more than one thread: ${directives}`,
            );
            ensure(
                new Set(lines.filter((line) => /WSGISocketPrefix/i.test(line))).size === all.length,
                "two instances share a WSGISocketPrefix",
            );
            await Promise.all(
                all.map(({ url, name }) => web.get(new URL(`/${name}_static/admin/css/base.css`, url).href)),
            );
            return `${all
                .map(({ name, processes }) => `${name}: ${processes}`)
                .slice(0, 4)
                .join(", ")} processes with one thread each, a socket prefix and both aliases for each instance`;
        },
    },
];
