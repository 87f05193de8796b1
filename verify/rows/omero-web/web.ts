import { visit } from "../../browser";
import type { OmeroWebContext } from "../../context";
import { APPS } from "../../../components/omero-web/apps";
import { ensure, type Row } from "../../row";

/** OMERO.web's own words for a server that is not there. */
const NO_SERVER = "Server is not responding, please contact administrator.";

/** What users see. */
export const webRows: Row<OmeroWebContext>[] = [
    {
        id: "O13",
        title: "Maintenance page when OMERO.web is down",
        async check({ machine, web, outputs }) {
            // Only its page is looked at here: taking OMERO.web down is for the end-to-end tests.
            const page = await machine.run("cat /var/www/science-stacks/science-stacks-maintenance.html");
            ensure(page.includes("maintained"), "there is no maintenance page");
            const site = await machine.run("nginx -T 2>/dev/null | grep error_page");
            ensure(
                /502 =503 \/science-stacks-maintenance\.html/.test(site),
                "nginx does not know the maintenance page",
            );
            const direct = await web.request(new URL("/science-stacks-maintenance.html", outputs.url).href);
            ensure(
                direct.status === 404 || direct.status === 302,
                `the page can be asked for by itself (${direct.status})`,
            );
            return "nginx answers with the page and 503 when OMERO.web does not run, as the end-to-end tests show, and never else";
        },
    },
    {
        id: "O16",
        title: "The login page in a browser; the apps answer; an unreachable OMERO.server gives OMERO.web's own message",
        async check(context) {
            const { config, web, outputs } = context;
            for (const app of config.omeroWeb.apps) {
                const { status } = await web.request(outputs.apps[app] ?? "");
                ensure(status === 302, `${APPS[app].module} answers with ${status}`);
            }
            const browser = await context.browser();
            const login = new URL("webclient/login/", outputs.url).href;
            if (browser === undefined) {
                await Promise.all(
                    filesOf((await web.get(login)).text).map((path) => web.get(new URL(path, outputs.url).href)),
                );
                return "the log-in page and its files answer; not seen in a browser, for there is no Chromium on this machine";
            }
            return visit(browser, async (page) => {
                const problems: string[] = [];
                // A logo or a link of the configuration may be another site's, which need not be there.
                const isOurs = (url: string) => url === "" || new URL(url).origin === new URL(outputs.url).origin;
                page.on("response", (each) => {
                    if (each.status() >= 400 && isOurs(each.url())) {
                        problems.push(`${each.status()} ${each.url()}`);
                    }
                });
                page.on("pageerror", (error) => problems.push(error.message));
                page.on("console", (message) => {
                    if (message.type() === "error" && isOurs(message.location().url)) {
                        problems.push(message.text());
                    }
                });
                await page.goto(login);
                ensure((await page.title()).includes("OMERO.web"), `the page is called "${await page.title()}"`);
                const font = await page.evaluate<string>("getComputedStyle(document.querySelector('#login')).width");
                ensure(font !== "auto", "the page has no styles");
                ensure(problems.length === 0, `in the browser: ${problems.slice(0, 3).join("; ")}`);
                const started = performance.now();
                await page.locator("#id_username").fill("verify");
                await page.locator("#id_password").fill("not-a-password");
                await page.getByRole("button", { name: "Login" }).click();
                const said = page.getByText(/Server is not responding|please check your user name and password/);
                await said.first().waitFor({ timeout: 45_000 });
                const text = (await said.first().innerText()).trim();
                const seconds = ((performance.now() - started) / 1000).toFixed(1);
                const server = text.includes(NO_SERVER) ? "no OMERO.server answers" : "the OMERO.server answers";
                return `the log-in page with its styles and scripts in Chromium ${browser.version()}, no error in its console; ${server}: "${text}" after ${seconds} s`;
            });
        },
    },
];

/** Addresses of a page's styles and scripts. */
export function filesOf(page: string): string[] {
    return [...page.matchAll(/(?:href|src)="(\/[^"]*\/static\/[^"]*|\/static\/[^"]*)"/g)].map(([, path]) => path ?? "");
}
