import { ensure } from "../../row";
import type { Answer, Web } from "../../web";

/** Signs in by CKAN's form as a person does, and gives the cookies of the session. */
export async function signIn(web: Web, base: string, user: string, password: string): Promise<string> {
    const login = new URL("user/login", base).href;
    const form = await web.get(login);
    const token = /name="_csrf_token"[^>]*value="([^"]+)"/.exec(form.text)?.[1];
    ensure(token, `${login} shows no form to sign in with`);
    const answer = await web.request(login, {
        method: "POST",
        headers: {
            "Content-Type": "application/x-www-form-urlencoded",
            Referer: login,
            Cookie: cookies(form),
        },
        body: new URLSearchParams({ _csrf_token: token, login: user, password }).toString(),
    });
    const session = cookies(form, answer);
    ensure(answer.status === 302, `${user} is not let in with the generated password (status ${answer.status})`);
    const page = await web.request(new URL("dashboard/datasets", base).href, { headers: { Cookie: session } });
    ensure(page.status === 200, `the dashboard is answered with ${page.status} after signing in`);
    return session;
}

/** As a browser keeps them: of two with one name, the later. */
function cookies(...answers: Answer[]): string {
    const all = answers.flatMap(({ headers }) => headers["set-cookie"] ?? []);
    const pairs = all.map((cookie) => /^([^=]+)=([^;]*)/.exec(cookie)).filter((match) => match !== null);
    const kept = new Map(pairs.map(([, name = "", value = ""]) => [name, value]));
    return [...kept].map(([name, value]) => `${name}=${value}`).join("; ");
}
