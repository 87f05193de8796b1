import type { EoxServerContext as Context } from "../../context";
import { count, ensure, NotHere, type Row } from "../../row";
import { LOG_IN } from "../../web";
import { wcsCapabilities, wmsCapabilities } from "../../ows";
import { useBrowser } from "./browser";
import { checkData } from "./data";
import { instancesOf, names } from "./instance";

/** What users see. */
export const webRows: Row<Context>[] = [
    {
        id: "E11",
        title: "The service address in the capabilities is the one that clients use",
        async check(context) {
            const all = instancesOf(context);
            await Promise.all(
                all.map(async ({ name, ows }) => {
                    const { text } = await context.web.get(wmsCapabilities(ows));
                    const advertised = new Set(
                        [...text.matchAll(/<OnlineResource[^>]*xlink:href="([^"]*)"/g)].map(([, address]) =>
                            (address ?? "").replace(/\?.*$/, ""),
                        ),
                    );
                    const requests = [...advertised].filter((address) => address.endsWith("/ows"));
                    ensure(requests.length > 0, `the capabilities of ${name} name no service address`);
                    const wrong = requests.filter((address) => address !== ows.replace(/\?.*$/, ""));
                    ensure(wrong.length === 0, `the capabilities of ${name} send clients to ${wrong.join(", ")}`);
                }),
            );
            return `the capabilities of ${names(all)} send clients where they are answered, e.g. ${all[0]?.ows}`;
        },
    },
    {
        id: "E12",
        title: "Static files collected and served, the log writable by the web server and rotated",
        async check(context) {
            const { machine, web } = context;
            const all = instancesOf(context);
            const { text } = await web.get(new URL("login/", all[0]?.admin).href);
            const files = [...text.matchAll(/(?:href|src)="(\/[^"]*_static\/[^"]*)"/g)].map(([, path]) => path ?? "");
            ensure(files.length > 0, "the log-in page has no styles and scripts");
            const types = await Promise.all(
                files.map(
                    async (path) => (await web.get(new URL(path, all[0]?.url).href)).headers["content-type"] ?? "",
                ),
            );
            ensure(
                types.some((type) => type.startsWith("text/css")),
                `the styles are served as ${types.join(", ")}`,
            );

            const seen = await machine.run(
                `
                for name in ${all.map(({ name }) => name).join(" ")}; do
                    project=/srv/eoxserver/$name/$name log=/srv/eoxserver/$name/$name/logs/eoxserver.log
                    find "$project/static" -type l -print -quit | grep -q . || echo "the static files of $name are no links (collectstatic -l)"
                    runuser -u www-data -- test -w "$log" || echo "the web server cannot write $log"
                    [ "$(stat -c %G "$log")" = www-data ] || echo "$log is not of the web server's group"
                    grep -q "considering log $log" <<<"$rotated" || echo "$log is not rotated"
                done
            `.replace("for name", "rotated=$(logrotate --debug /etc/logrotate.conf 2>&1)\n                for name"),
            );
            ensure(seen === "", seen.replaceAll("\n", "; "));
            return `${files.length} styles and scripts of the log-in page are served; ${count(all.length, "log")}, written by www-data, in logrotate's plan`;
        },
    },
    {
        id: "E13",
        title: "In a browser: the instance's page and the admin GUI; WMS and WCS GetCapabilities",
        async check(context) {
            const all = instancesOf(context);
            await Promise.all(
                all.map(async ({ name, ows }) => {
                    const [map, coverage] = await Promise.all([
                        context.web.get(wmsCapabilities(ows)),
                        context.web.get(wcsCapabilities(ows)),
                    ]);
                    ensure(
                        map.text.includes("<WMS_Capabilities"),
                        `WMS GetCapabilities of ${name} gives no capabilities`,
                    );
                    ensure(
                        /<wcs:Capabilities/.test(coverage.text),
                        `WCS GetCapabilities of ${name} gives no capabilities`,
                    );
                }),
            );
            const [first] = all;
            ensure(first, "there is no instance");
            return `WMS and WCS answer for ${names(all)}; ${await useBrowser(context, first)}`;
        },
    },
    {
        id: "E14",
        title: "A registered GeoTIFF comes back through WMS GetMap and WCS GetCoverage",
        check: checkData,
    },
    {
        id: "E15",
        title: "Hook for an external access control in front",
        async check({ config, outputs, web }) {
            const access = config.accessControl;
            if (access === undefined) {
                throw new NotHere("this stack has no access control in front (accessControl is not set)");
            }
            const answers = await Promise.all(
                access.paths.map(async (path) => {
                    const asked = new URL(path, outputs.url).href;
                    const { status, headers } = await web.request(asked);
                    // A path that wants its slash says so to everyone.
                    const moved =
                        status === 301 && headers.location
                            ? await web.request(new URL(headers.location, asked).href)
                            : undefined;
                    return { path, status: moved?.status ?? status };
                }),
            );
            const open = answers.filter(({ status }) => !LOG_IN.includes(status));
            ensure(
                open.length === 0,
                open.map(({ path, status }) => `${path} lets everyone in (status ${status})`).join("; "),
            );
            return `without a log-in: ${answers.map(({ path, status }) => `${path} ${status}`).join(", ")}`;
        },
    },
];
