/**
 * What a pipeline writes on GitLab: gitlab.mjs note FILE keeps the note of a preview on the merge request up to date, so that there
 * is one of each stack; the file's first line is what it is known by.
 * CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID are those that a pipeline has; GITLAB_TOKEN is a project access token.
 */
import { readFileSync } from "node:fs";

const { GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID } = process.env;
const PER_PAGE = 100;
const notes = `${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/merge_requests/${CI_MERGE_REQUEST_IID}/notes`;

async function api(method, url, body) {
    const answer = await fetch(url, {
        method,
        headers: { "private-token": GITLAB_TOKEN, "content-type": "application/json" },
        body: body && JSON.stringify(body),
    });
    if (!answer.ok) {
        throw new Error(`${method} ${url}: status ${answer.status}: ${await answer.text()}`);
    }
    return answer.json();
}

async function find(marker) {
    for (let page = 1; ; page++) {
        const some = await api("GET", `${notes}?per_page=${PER_PAGE}&page=${page}`);
        const found = some.find((each) => each.body.startsWith(marker));
        if (found !== undefined || some.length < PER_PAGE) {
            return found;
        }
    }
}

const [command, file] = process.argv.slice(2);
if (command !== "note" || !file || !GITLAB_TOKEN || !CI_API_V4_URL || !CI_PROJECT_ID || !CI_MERGE_REQUEST_IID) {
    console.error(
        "usage: gitlab.mjs note FILE, with GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID",
    );
    process.exit(2);
}
const body = readFileSync(file, "utf8");
const [marker, , headline] = body.split("\n");
const known = await find(marker);
if (known !== undefined) {
    await api("PUT", `${notes}/${known.id}`, { body });
} else if (!headline.endsWith(": no changes")) {
    // A stack that is not touched is not talked about.
    await api("POST", notes, { body });
}
