import { visit } from "../../browser";
import type { EoxServerContext as Context } from "../../context";
import { logIn } from "../../django";
import { ensure } from "../../row";
import type { Instance } from "./instance";

/** The page of EOxServer 1.5.5 asks for a picture that its package has not got. */
const NOT_SHIPPED = "/EOxServer_logo_small.png";

/** Opens an instance's page and logs in to its administration, in a browser where there is one, and says how. */
export async function useBrowser(context: Context, { name, url, admin }: Instance): Promise<string> {
    const { user } = context.config.eoxserver.admin;
    const password = context.outputs.adminPasswords[name] ?? "";
    const browser = await context.browser();
    if (browser === undefined) {
        await context.web.get(url);
        const { text } = await logIn(context.web, admin, user, password);
        ensure(text.includes("Site administration"), `${admin} shows no administration after the log-in`);
        return `the page and the administration of ${name} were opened without a browser, for there is no Chromium on this machine`;
    }

    // Says so where a page is not for everyone.
    await context.web.get(url);
    await context.web.get(new URL("login/", admin).href);
    return visit(browser, async (page) => {
        const problems: string[] = [];
        page.on("response", (response) => {
            if (response.status() >= 400 && !response.url().endsWith(NOT_SHIPPED)) {
                problems.push(`${response.status()} ${response.url()}`);
            }
        });
        page.on("pageerror", (error) => problems.push(error.message));

        await page.goto(url);
        ensure((await page.title()).includes("EOxServer"), `${url} shows a page called "${await page.title()}"`);
        await page.goto(admin);
        await page.getByLabel("Username").fill(user);
        await page.getByLabel("Password").fill(password);
        await page.getByRole("button", { name: "Log in" }).click();
        await page.getByRole("heading", { name: "Site administration" }).waitFor({ timeout: 15_000 });
        // A page without its styles is a heap of text: the header has a colour that its style sheet gives it.
        const colour = await page.evaluate<string>(
            "getComputedStyle(document.querySelector('#header')).backgroundColor",
        );
        ensure(colour !== "rgba(0, 0, 0, 0)", "the administration has no styles");
        ensure(problems.length === 0, `in the browser: ${problems.slice(0, 3).join("; ")}`);
        return `${user} is logged in to ${admin} in Chromium ${browser.version()}`;
    });
}
