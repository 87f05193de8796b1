import { ensure, NotHere } from "./row";
import type { Answer, Web } from "./web";

/** Logs in to Django's administration as a person would, form and all, and gives the page that follows. */
export async function logIn(web: Web, admin: string, user: string, password: string): Promise<Answer> {
    const login = new URL("login/?next=" + new URL(admin).pathname, admin).href;
    const form = await web.get(login).catch(async (error: unknown) => {
        if (!(error instanceof NotHere) && (await web.request(login)).status === 403) {
            throw new NotHere(`${admin} may not be opened from this machine (eoxserver.admin.cidrs)`);
        }
        throw error;
    });
    const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(form.text)?.[1];
    ensure(token, `${login} shows no form to log in with`);

    const answer = await web.request(login, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded", Referer: login, Cookie: cookies(form) },
        body: new URLSearchParams({ csrfmiddlewaretoken: token, username: user, password }).toString(),
    });
    ensure(
        answer.status === 302,
        `${admin} does not let ${user} in with the generated password (status ${answer.status})`,
    );
    return web.request(new URL(answer.headers.location ?? "", admin).href, { headers: { Cookie: cookies(answer) } });
}

function cookies({ headers }: Answer): string {
    return (headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]).join("; ");
}
