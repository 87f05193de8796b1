import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = join(__dirname, "..", "..", "scripts", "ci", "gitlab.mjs");
const directory = mkdtempSync(join(tmpdir(), "science-stacks-gitlab-"));
/** As much of GitLab's interface as the program uses: the notes of merge request 7 of project 3. */
const notes: { id: number; body: string }[] = [];
const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
        const url = new URL(request.url ?? "", "http://localhost");
        const asked = /^\/api\/v4\/projects\/3\/merge_requests\/7\/notes(?:\/(\d+))?$/.exec(url.pathname);
        const known = notes.find(({ id }) => id === Number(asked?.[1]));
        if (request.headers["private-token"] !== "t0ken" || asked === null) {
            response.writeHead(404).end("{}");
        } else if (request.method === "GET") {
            const [page, size] = [Number(url.searchParams.get("page")), Number(url.searchParams.get("per_page"))];
            response.end(JSON.stringify(notes.slice((page - 1) * size, page * size)));
        } else {
            const { body } = JSON.parse(text) as { body: string };
            const answer = known ? Object.assign(known, { body }) : { id: notes.length + 1, body };
            if (!known) {
                notes.push(answer);
            }
            response.writeHead(known ? 200 : 201).end(JSON.stringify(answer));
        }
    });
}).listen(0, "127.0.0.1");

beforeAll(() => once(server, "listening"));
afterAll(() => {
    server.close();
    rmSync(directory, { recursive: true });
});
beforeEach(() => void notes.splice(0));

async function note(text: string, token = "t0ken"): Promise<{ status: number | null; stderr: string }> {
    const file = join(directory, "preview.md");
    writeFileSync(file, text);
    const child = spawn(process.execPath, [script, "note", file], {
        env: {
            GITLAB_TOKEN: token,
            CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`,
            CI_PROJECT_ID: "3",
            CI_MERGE_REQUEST_IID: "7",
        },
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const [status] = (await once(child, "close")) as [number | null];
    return { status, stderr };
}

const preview = (stack: string, said: string) =>
    `<!-- science-stacks preview of ${stack} -->\n\n### \`${stack}\`: ${said}\n`;

test("each stack has one note on the merge request, which is kept up to date, also when others have written many", async () => {
    notes.push(...Array.from({ length: 130 }, (_, index) => ({ id: index + 1, body: "a remark" })));
    for (const said of ["1 changed", "2 changed", "no changes"]) {
        expect(await note(preview("dev", said))).toEqual({ status: 0, stderr: "" });
        expect(await note(preview("prod", "1 changed"))).toEqual({ status: 0, stderr: "" });
    }
    const ours = notes.filter(({ body }) => body !== "a remark").map(({ body }) => body);
    expect(ours).toEqual([preview("dev", "no changes"), preview("prod", "1 changed")]);
});

test("a stack that is not touched is not talked about", async () => {
    expect((await note(preview("dev", "no changes"))).status).toBe(0);
    expect(notes).toEqual([]);
});

test("what GitLab refuses is an error, without the token", async () => {
    const { status, stderr } = await note(preview("dev", "1 changed"), "wr0ng");
    expect(status).toBe(1);
    expect(stderr).toContain("status 404");
    expect(stderr).not.toContain("wr0ng");
});
