import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = join(__dirname, "..", "..", "scripts", "ci", "github.mjs");

/** As much of GitHub's interface as the program uses, with what is kept in it. */
class GitHub {
    readonly comments: { id: number; body: string }[] = [];
    readonly issues: { number: number; title: string; body: string; state: string; labels?: string[] }[] = [];
    private readonly server: Server;

    constructor() {
        this.server = createServer((request, response) => {
            let text = "";
            request.on("data", (chunk: Buffer) => (text += chunk.toString()));
            request.on("end", () => {
                const url = new URL(request.url ?? "", "http://localhost");
                const right = request.headers.authorization === "Bearer t0ken";
                const answer = right
                    ? this.answer(request.method ?? "", url, JSON.parse(text || "{}") as object)
                    : undefined;
                response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
            });
        }).listen(0, "127.0.0.1");
    }

    private answer(method: string, url: URL, body: object): unknown {
        const path = url.pathname.replace("/repos/o/r/", "");
        const pages = <T>(all: T[]) => {
            const [page, size] = [Number(url.searchParams.get("page")), Number(url.searchParams.get("per_page"))];
            return all.slice((page - 1) * size, page * size);
        };
        const number = Number(path.split("/").at(-1));
        switch (`${method} ${path.replaceAll(/\d+/g, "N")}`) {
            case "GET issues/N/comments":
                return pages(this.comments);
            case "POST issues/N/comments":
                return this.comments.push({ id: this.comments.length + 1, ...body } as never);
            case "PATCH issues/comments/N":
                return Object.assign(
                    this.comments.find(({ id }) => id === number)!,
                    body,
                );
            case "GET issues":
                return pages(this.issues.filter(({ state }) => state === "open"));
            case "POST issues":
                return this.issues.push({
                    number: this.issues.length + 1,
                    state: "open",
                    ...body,
                } as never);
            case "PATCH issues/N":
                return Object.assign(
                    this.issues.find((issue) => issue.number === number)!,
                    body,
                );
            default:
                return undefined;
        }
    }

    async listens(): Promise<void> {
        await once(this.server, "listening");
    }

    /** Runs the program to its end, and gives its exit status. */
    run(args: string[], token = "t0ken"): Promise<number | null> {
        const { port } = this.server.address() as AddressInfo;
        const env = { GITHUB_TOKEN: token, GITHUB_REPOSITORY: "o/r", GITHUB_API_URL: `http://127.0.0.1:${port}` };
        const child = spawn(process.execPath, [script, ...args], { env, stdio: "ignore" });
        return new Promise((resolve) => child.on("close", resolve));
    }

    close(): void {
        this.server.close();
    }
}

describe("what the workflows write on GitHub", () => {
    const directory = mkdtempSync(join(tmpdir(), "science-stacks-github-"));
    let github: GitHub;

    beforeEach(async () => {
        github = new GitHub();
        await github.listens();
    });
    afterEach(() => github.close());
    afterAll(() => rmSync(directory, { recursive: true }));

    function file(text: string): string {
        const path = join(directory, "text.md");
        writeFileSync(path, text);
        return path;
    }
    const preview = (stack: string, said: string) =>
        file(`<!-- preview of ${stack} -->\n\n### \`${stack}\`: ${said}\n`);

    test("a stack has one comment, however often it is previewed and however many there are before it", async () => {
        github.comments.push(...Array.from({ length: 130 }, (_, index) => ({ id: 1000 + index, body: "hello" })));
        for (const said of ["1 changed", "2 changed"]) {
            expect(await github.run(["comment", "7", preview("a", said)])).toBe(0);
        }
        await github.run(["comment", "7", preview("b", "1 created")]);
        const ours = github.comments.filter(({ body }) => body !== "hello").map(({ body }) => body.split(": ")[1]);
        expect(ours).toEqual(["2 changed\n", "1 created\n"]);
    });

    test("a stack that is not touched has none, and one that is no longer touched says so", async () => {
        await github.run(["comment", "7", preview("a", "no changes")]);
        expect(github.comments).toEqual([]);
        await github.run(["comment", "7", preview("a", "1 changed")]);
        await github.run(["comment", "7", preview("a", "no changes")]);
        expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining("no changes")]);
    });

    test("a stack's drift is one issue, which is closed when it is gone", async () => {
        await github.run(["drift", "a"]);
        expect(github.issues).toEqual([]);
        for (const text of ["nginx.conf was edited", "redis does not run"]) {
            expect(await github.run(["drift", "a", file(text)])).toBe(0);
        }
        expect(github.issues).toMatchObject([{ title: "Drift: a", body: "redis does not run", labels: ["drift"] }]);
        await github.run(["drift", "a"]);
        expect(github.issues).toMatchObject([{ state: "closed" }]);
    });

    test("what GitHub refuses is a failure of the workflow", async () => {
        expect(await github.run(["comment", "7", preview("a", "1 changed")], "wrong")).not.toBe(0);
        expect(await github.run(["drift", "a"], "wrong")).not.toBe(0);
    });
});
