import { OPERATOR_TOOLS, PLUGINS, requirements, VENV } from "../../../components/dcor/software";
import { isOwnRedis } from "../../../stacks/config/services";
import type { DcorContext } from "../../context";
import { count, ensure, NotHere, type Row } from "../../row";

/** What the guide asks Debian for. */
const WEB_SERVER = "nginx-light";
const PREREQUISITES = ["libpq5", WEB_SERVER, "supervisor", "gcc", "python3-dev"];

/** Each package that the stack has chosen, with its version. */
function lockedVersions({ config }: DcorContext): Map<string, string> {
    const lines = requirements(config.dcor.version).matchAll(/^([A-Za-z0-9._-]+)==([^\s;\\]+)/gm);
    return new Map([...lines].map(([, name = "", version = ""]) => [normal(name), version]));
}

const normal = (name: string) => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** What pytest has written of the extensions' own tests, the first tag of each file. */
export function testsReport(suites: string): string {
    const sum = (name: string) =>
        [...suites.matchAll(new RegExp(` ${name}="(\\d+)"`, "g"))].reduce((total, [, each]) => total + Number(each), 0);
    const [tests, failed, skipped] = [sum("tests"), sum("failures") + sum("errors"), sum("skipped")];
    return tests === 0
        ? "dcor-test, which runs their tests, has not been run"
        : `of their ${tests} tests, ${tests - failed - skipped} passed when dcor-test ran last, ${failed} failed, ${skipped} were skipped`;
}

/** What is installed. */
export const installationRows: Row<DcorContext>[] = [
    {
        id: "D01",
        title: "Prerequisites from Debian; the guide's optional tools as an option",
        async check({ machine, front, config }) {
            const isHere = machine === front;
            const wanted = [
                ...PREREQUISITES.filter((each) => isHere || each !== WEB_SERVER),
                ...(isOwnRedis(config) ? ["redis-server"] : []),
                ...(config.operatorTools ? OPERATOR_TOOLS : []),
            ];
            const installed = await machine.run(
                `dpkg-query -W -f '\${Package} \${Status}\\n' | grep ' installed$' | cut -d' ' -f1`,
            );
            const missing = wanted.filter((each) => !installed.split("\n").includes(each));
            ensure(missing.length === 0, `not installed: ${missing.join(", ")}`);
            await front.run(`dpkg-query -W ${WEB_SERVER}`);
            return `${wanted.join(", ")}; optional tools ${config.operatorTools ? "too" : "not asked for (operatorTools)"}`;
        },
    },
    {
        id: "D02",
        title: "CKAN in /usr/lib/ckan/default, configuration in /etc/ckan/default/ckan.ini",
        async check(context) {
            const { machine, web, outputs } = context;
            const wanted = lockedVersions(context).get("ckan");
            const seen = await machine.facts(`
                fact version "$(${VENV}/bin/python -c 'import ckan; print(ckan.__version__)')"
                fact ini "$(stat -c '%U:%G %a' /etc/ckan/default/ckan.ini)"
                fact running "$(ps -u www-data -o args= | grep -c '^${VENV}/bin/uwsgi -i /etc/ckan/default/ckan-uwsgi.ini' || true)"
            `);
            ensure(seen["version"] === wanted, `CKAN ${seen["version"]} is installed, not ${wanted}`);
            ensure(seen["ini"] === "root:www-data 640", `ckan.ini is ${seen["ini"]}`);
            ensure(Number(seen["running"]) > 0, "no uWSGI runs from the environment");
            const { text } = await web.get(new URL("api/3/action/status_show", outputs.url).href);
            const { result } = JSON.parse(text) as { result: { extensions: string[] } };
            const missing = PLUGINS.filter((plugin) => !result.extensions.includes(plugin));
            ensure(missing.length === 0, `CKAN runs without ${missing.join(", ")}`);
            return `CKAN ${wanted} answers, with ${PLUGINS.join(", ")}; its configuration is closed to others`;
        },
    },
    {
        id: "D07",
        title: "dcor_control and every extension in the same environment; versions pinned in one place",
        async check(context) {
            const { machine, config } = context;
            const [frozen, conflicts, help] = await Promise.all([
                machine.run(`${VENV}/bin/python -m pip list --format=freeze --disable-pip-version-check`),
                machine.run(`${VENV}/bin/python -m pip check || true`),
                machine.run("dcor --help"),
            ]);
            const installed = new Map(
                frozen.split("\n").map((line) => [normal(line.split("==")[0] ?? ""), line.split("==")[1]]),
            );
            const locked = lockedVersions(context);
            const wrong = [...locked]
                .filter(([name, version]) => installed.get(name) !== version)
                .map(([name]) => name);
            const strange = [...installed.keys()].filter((name) => !locked.has(name));
            ensure(wrong.length === 0, `not as pinned: ${wrong.join(", ")}`);
            ensure(strange.length === 0 || config.development, `not from the pinned set: ${strange.join(", ")}`);
            ensure(conflicts === "No broken requirements found.", conflicts);
            ensure(/inspect/.test(help) && /status/.test(help), "dcor --help does not name its commands");
            const own = [...locked].filter(([name]) => /^(dcor|ckanext-dc)/.test(name));
            return `${count(locked.size, "package")}, each as pinned in scripts/guest/dcor${config.development ? "" : ", and none besides"}; ${own.map(([name, version]) => `${name} ${version}`).join(", ")}`;
        },
    },
    {
        id: "D09",
        title: "`dcor inspect` runs without a prompt and finds nothing to fix",
        async check({ machine }) {
            // Where it would fix something, it asks, and ends for want of an answer.
            const said = await machine.run("dcor inspect </dev/null 2>&1 || true");
            const end = said.split("\n").slice(-3).join(" ");
            ensure(said.includes("No changes made."), `it says: ${end}`);
            ensure(/ckan\.ini/i.test(said), `it has not looked at ckan.ini: ${end}`);
            return "it looked at ckan.ini, permissions and branding: No changes made";
        },
    },
    {
        id: "D10",
        title: "Testing option: `dcor develop` and the extensions' own tests",
        async check({ machine, config }) {
            if (!config.development) {
                throw new NotHere("this stack is not for development (development: true)");
            }
            const modules = ["dc_serve", "dc_view", "dcor_depot", "dcor_schemas", "dcor_theme"];
            const program = modules.map((name) => `import ckanext.${name}; print(ckanext.${name}.__file__)`).join("\n");
            const loaded = (await machine.run(`cd /; ${VENV}/bin/python -`, program)).split("\n");
            const elsewhere = loaded.filter((path) => !path.startsWith("/dcor-repos/"));
            ensure(loaded.length === modules.length && elsewhere.length === 0, `loaded from ${elsewhere.join(", ")}`);
            const pytest = await machine.run(
                `${VENV}/bin/python -m pytest --version; test -x /usr/local/bin/dcor-test`,
            );
            const results = await machine.run(
                "cd /cache/dcor-tests; grep -ho '<testsuite [^>]*>' -- *.xml 2>/dev/null || true",
            );
            return `${modules.join(", ")} are loaded from /dcor-repos; ${pytest}; ${testsReport(results)}`;
        },
    },
];
