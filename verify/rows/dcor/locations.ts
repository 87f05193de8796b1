import type { Answer, Web } from "../../web";

/** What the guide's nginx does with a request. */
export interface Location {
    /** @default "GET" */
    method?: string;
    path: string;
    /** @default none */
    userAgent?: string;
    /** `uwsgi` where the request is handed on, whatever DCOR says to it; else the status that nginx itself answers with. */
    answer: "uwsgi" | number;
    /** Where nginx redirects to. @default nowhere */
    leadsTo?: string;
}

const DATASET = "fb719fb2-bd9f-817a-7d70-f4002af916f0";
const PNG = "/uploads/group/logo.png";

const read = (path: string): Location => ({ path, answer: "uwsgi" });
const write = (path: string): Location => ({ method: "POST", path, answer: "uwsgi" });
const refused = (answer: number, path: string, method = "GET"): Location => ({ method, path, answer });
const client = (version: string, answer: Location["answer"]): Location => ({
    path: "/api/3/action/status_show",
    userAgent: `DCOR-Aid/${version}`,
    answer,
});

/** Each location of the guide's nginx configuration, with what it lets through and what it refuses. */
export const LOCATIONS: readonly Location[] = [
    // Outdated versions of DCOR-Aid.
    ...["0.9.2", "0.10.0", "0.13.4", "0.14.0", "0.14.1"].map((version) => client(version, 400)),
    ...["0.14.2", "0.15.0", "1.1.3"].map((version) => client(version, "uwsgi")),

    // Denied paths.
    ...["/user/reset", "/userportal", "/user.action"].map((path) => refused(403, path)),
    refused(403, "/user/reset", "POST"),

    // Refused file extensions, wherever they are.
    ...["aspx", "gif", "htm", "html", "php", "php5", "pl", "rar", "sql", "tar", "tar.gz", "zip", "ZIP"].map((ending) =>
        refused(404, `/dataset/file.${ending}`),
    ),

    // Static files.
    ...["/api/i18n/en", "/base/x.css", "/favicon.ico", "/fonts/x.woff", "/images/x.png", "/webassets/x.js"].map(read),
    refused(404, "/favicon.ico.bak"),
    refused(404, "/images/x.svg"),

    // Pages that are read only.
    ...["/", "/about", "/contact", "/dashboard/datasets", "/imprint", "/privacy", "/revision/x"].map(read),
    { ...read("/"), method: "HEAD" },
    ...["/", "/about", "/dashboard", "/privacy"].map((path) => refused(403, path, "POST")),
    refused(403, "/", "PUT"),
    refused(404, "/about/x"),

    // What is read and written.
    write("/api/3/action/package_revise"),
    ...["/api/3/action/status_show", "/api/2/util/user/autocomplete", "/ckan-admin", "/group", "/organization"].map(
        read,
    ),
    ...["/api/3/action/package_create", "/dataset/groups/x", "/login_generic", "/user/login", "/organization/x"].map(
        write,
    ),
    read(PNG),
    refused(404, PNG.replace("png", "svg")),
    refused(404, PNG.replace("group", "other")),
    refused(404, "/api/1/rest"),

    // Datasets are read only, but for their groups.
    ...["/dataset", `/dataset/${DATASET}`].map(read),
    refused(403, "/dataset/new", "POST"),
    refused(403, `/dataset/${DATASET}`, "DELETE"),

    // A dataset by its identifier alone.
    { path: `/${DATASET}`, answer: 301, leadsTo: `/dataset/${DATASET}` },
    refused(404, `/${DATASET}x`),

    // What no location names.
    ...["/feeds/dataset.atom", "/server-status", "/.env"].map((path) => refused(404, path)),
];

/** What is wrong with a location of the site at `base`, or undefined. */
export async function locationProblem(web: Web, base: string, location: Location): Promise<string | undefined> {
    const { method = "GET", path, userAgent, answer: wanted, leadsTo } = location;
    const headers = userAgent === undefined ? undefined : { "User-Agent": userAgent };
    const answer = await web.request(new URL(path, base).href, { method, headers });
    const what = `${method} ${path}${userAgent ? ` by ${userAgent}` : ""}`;
    if (wanted === "uwsgi") {
        return isOfNginx(answer) ? `${what} is answered by nginx, with ${answer.status}` : undefined;
    }
    if (answer.status !== wanted || !isOfNginx(answer)) {
        return `${what} is answered with ${answer.status}${isOfNginx(answer) ? "" : " by DCOR"}, not by nginx with ${wanted}`;
    }
    const target = answer.headers.location;
    return leadsTo !== undefined && new URL(target ?? "", base).href !== new URL(leadsTo, base).href
        ? `${what} leads to ${target}`
        : undefined;
}

/** nginx signs its own pages; of its own text for old clients the guide has given the words. */
function isOfNginx({ status, text }: Answer): boolean {
    return (
        text.includes("<center>nginx</center>") || (status === 400 && /^Client DCOR-Aid\/\S+ outdated\.$/.test(text))
    );
}
