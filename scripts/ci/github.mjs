/**
 * What the workflows write on GitHub, so that there is one of each and it is kept up to date:
 *   github.mjs comment PULL_REQUEST FILE   the comment of a preview; its first line is what it is known by
 *   github.mjs drift STACK FILE            the issue of a stack's drift; without a file it is closed
 * GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_API_URL are those that a workflow has.
 */
import { readFileSync } from "node:fs";

const { GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL = "https://api.github.com" } = process.env;
const PER_PAGE = 100;

async function api(method, path, body) {
    const answer = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/${path}`, {
        method,
        headers: {
            authorization: `Bearer ${GITHUB_TOKEN}`,
            accept: "application/vnd.github+json",
            "x-github-api-version": "2022-11-28",
        },
        body: body && JSON.stringify(body),
    });
    if (!answer.ok) {
        throw new Error(`${method} ${path}: status ${answer.status}: ${await answer.text()}`);
    }
    return answer.json();
}

/** The first of a list, which comes in pages, that is `wanted`. */
async function find(path, wanted) {
    for (let page = 1; ; page++) {
        const items = await api("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=${PER_PAGE}&page=${page}`);
        const found = items.find(wanted);
        if (found !== undefined || items.length < PER_PAGE) {
            return found;
        }
    }
}

async function comment(pullRequest, file) {
    const body = readFileSync(file, "utf8");
    const [marker, , headline] = body.split("\n");
    const known = await find(`issues/${pullRequest}/comments`, (each) => each.body.startsWith(marker));
    if (known !== undefined) {
        await api("PATCH", `issues/comments/${known.id}`, { body });
    } else if (!headline.endsWith(": no changes")) {
        // A stack that is not touched is not talked about.
        await api("POST", `issues/${pullRequest}/comments`, { body });
    }
}

async function drift(stack, file) {
    const title = `Drift: ${stack}`;
    const known = await find("issues?state=open&labels=drift", (each) => each.title === title);
    if (file !== undefined) {
        const body = readFileSync(file, "utf8");
        await (known === undefined
            ? api("POST", "issues", { title, body, labels: ["drift"] })
            : api("PATCH", `issues/${known.number}`, { body }));
    } else if (known !== undefined) {
        await api("POST", `issues/${known.number}/comments`, { body: "Nothing differs any more." });
        await api("PATCH", `issues/${known.number}`, { state: "closed", state_reason: "completed" });
    }
}

const [command, ...args] = process.argv.slice(2);
if (!["comment", "drift"].includes(command) || args[0] === undefined || !GITHUB_TOKEN || !GITHUB_REPOSITORY) {
    console.error(
        "usage: github.mjs comment PULL_REQUEST FILE | drift STACK [FILE], with GITHUB_TOKEN and GITHUB_REPOSITORY",
    );
    process.exit(2);
}
await (command === "comment" ? comment : drift)(...args);
