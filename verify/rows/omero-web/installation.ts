import type { OmeroWebContext } from "../../context";
import { APPS } from "../../../components/omero-web/apps";
import { ensure, type Row } from "../../row";
import { properties } from "./properties";

/** The user, the environment, the apps. */
export const installationRows: Row<OmeroWebContext>[] = [
    {
        id: "O01",
        title: "User omero-web; /opt/omero/web/omero-web with etc/grid, owned by it",
        async check({ machine }) {
            const seen = await machine.run(`
                home=/opt/omero/web/omero-web
                getent passwd omero-web >/dev/null || echo "there is no user omero-web"
                for path in "$home" "$home/etc/grid" "$home/var"; do
                    [ "$(stat -c %U "$path")" = omero-web ] || echo "$path belongs to $(stat -c %U "$path")"
                done
                find "$home" ! -user omero-web -printf '%p belongs to %u\\n' | head -n 3
                [ "$(findmnt -no MAJ:MIN --target "$home")" = "$(findmnt -no MAJ:MIN /data)" ] || echo "$home is not on the data volume"
                [ -z "$(find "$home/etc/grid" "$home/var" -maxdepth 1 -type f \\( -path "$home/etc/*" -o -name django_secret_key \\) -perm /077)" ] || echo "others may read the configuration or the key"
            `);
            ensure(seen === "", seen.replaceAll("\n", "; "));
            return "the directory is on the data volume, all in it is omero-web's, and its configuration and key are for it alone";
        },
    },
    {
        id: "O02",
        title: "Virtual environment with IcePy 3.6.5 and OMERO.web at the pinned version",
        async check({ machine, config }) {
            const { version } = config.omeroWeb;
            const seen = await machine.run(
                `cd /; env HOME=/nonexistent /opt/omero/web/venv3/bin/python -c ${JSON.stringify(
                    "import sys, Ice; from importlib.metadata import version; print(version('omero-web'), Ice.stringVersion(), '%d.%d' % sys.version_info[:2])",
                )}`,
            );
            const [web, ice, python] = seen.split(" ");
            ensure(web === version, `OMERO.web ${web} runs, not ${version}`);
            ensure(ice === "3.6.5", `IcePy ${ice} is installed`);
            return `OMERO.web ${web} and IcePy ${ice} in /opt/omero/web/venv3, for Python ${python}`;
        },
    },
    {
        id: "O03",
        title: "Optional apps by name, installed and registered",
        async check({ machine, web, config, outputs }) {
            const { apps } = config.omeroWeb;
            const registered = JSON.parse((await properties({ machine })).get("omero.web.apps") ?? "[]") as string[];
            ensure(
                registered.join() === apps.map((app) => APPS[app].module).join(),
                `registered are ${registered.join(", ") || "none"}, not ${apps.join(", ")}`,
            );
            for (const app of apps) {
                await web.get(new URL(`static/${APPS[app].staticFile}`, outputs.url).href);
                const { status, headers } = await web.request(outputs.apps[app] ?? "");
                ensure(
                    status === 302 && headers.location?.includes("/webclient/login/"),
                    `${outputs.apps[app]} answers with ${status} instead of asking for a log-in`,
                );
            }
            return apps.length === 0
                ? "none is configured"
                : `${apps.join(", ")}: each with its files, asking for a log-in`;
        },
    },
];
