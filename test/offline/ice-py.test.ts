import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const project = join(__dirname, "..", "..");
const scratch = mkdtempSync(join(tmpdir(), "science-stacks-ice-py-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Puts a program of the given text onto a search path of its own. */
function program(directory: string, name: string, text: string): void {
    mkdirSync(join(scratch, directory), { recursive: true });
    writeFileSync(join(scratch, directory, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(scratch, directory, name), 0o755);
}

describe("IcePy", () => {
    const run = (parameters: string, path = "") =>
        spawnSync("bash", ["scripts/host/ice-py.sh", "make"], {
            cwd: project,
            input: parameters,
            encoding: "utf8",
            env: { ...process.env, XDG_CACHE_HOME: join(scratch, "cache"), PATH: `${path}:${process.env["PATH"]}` },
        });

    test("is refused for a release whose Python has none", () => {
        const { status, stderr } = run("release=debian-13\n");
        expect(status).toBe(3);
        expect(stderr).toContain("There is no IcePy for the Python of debian-13");
    });

    test("comes from where it is published, is checked by its hash, and is kept", () => {
        const wheel = "a wheel\n";
        const sha256 = execFileSync("sha256sum", { input: wheel, encoding: "utf8" }).split(" ")[0];
        program("good", "curl", `while [ "$1" != --output ]; do shift; done; printf '%s' '${wheel}' >"$2"`);
        const parameters = `release=debian-12\nurl=https://example.org/a.whl\nsha256=${sha256}\n`;
        const first = run(parameters, join(scratch, "good"));
        expect(first.stderr).toContain("downloading zeroc_ice-3.6.5-cp311-cp311-linux");
        expect(readFileSync(first.stdout.trim(), "utf8")).toBe(wheel);
        const second = run(parameters, "/nonexistent");
        expect(second).toMatchObject({ status: 0, stdout: first.stdout, stderr: "" });
    });

    test("with another hash is refused, and leaves nothing in the cache", () => {
        program("bad", "curl", `while [ "$1" != --output ]; do shift; done; echo other >"$2"`);
        const parameters = `release=debian-12\nurl=https://example.org/a.whl\nsha256=${"0".repeat(64)}\n`;
        const { status, stderr } = run(parameters, join(scratch, "bad"));
        expect(status).toBe(3);
        expect(stderr).toContain("has not the checksum");
        expect(execFileSync("find", [join(scratch, "cache"), "-name", ".partial*"], { encoding: "utf8" })).toBe("");
    });

    test("is built from a source that is pinned by its hash", () => {
        expect(readFileSync(join(project, "offline/ice-py/requirements.txt"), "utf8")).toMatch(
            /^zeroc-ice==3\.6\.5 \\\n {4}--hash=sha256:[0-9a-f]{64}\n$/,
        );
    });
});

describe("SELinux", () => {
    const script = join(project, "scripts/guest/nginx/selinux.sh");
    const library = join(project, "scripts/guest/runner/lib.sh");
    const log = join(scratch, "log");
    const reported = join(scratch, "changes");
    const run = (directory: string) => {
        writeFileSync(log, "");
        writeFileSync(reported, "");
        const text = `set -euo pipefail; source ${library}; port=4080; run() { source ${script}; }; run`;
        const env = { PATH: `${join(scratch, directory)}:/usr/bin:/bin`, STEP_CHANGES: reported };
        execFileSync("bash", ["--norc", "-c", text], { env, stdio: "pipe" });
        return { changes: readFileSync(reported, "utf8"), calls: readFileSync(log, "utf8") };
    };
    const machine = (directory: string, mode: string, state: string, ports: string) => {
        program(directory, "getenforce", `echo ${mode}`);
        program(directory, "getsebool", `echo "$1 --> ${state}"`);
        program(directory, "setsebool", `echo "setsebool $*" >>${log}`);
        program(directory, "semanage", `[ "$2" != -l ] || { echo '${ports}'; exit; }; echo "semanage $*" >>${log}`);
    };

    test("that is enforced is told of the port and of what nginx may do, once", () => {
        machine("enforcing", "Enforcing", "off", "http_port_t                    tcp      80, 81, 443");
        const { changes, calls } = run("enforcing");
        expect(calls.trim().split("\n")).toEqual([
            "setsebool -P httpd_read_user_content 1",
            "setsebool -P httpd_enable_homedirs 1",
            "setsebool -P httpd_can_network_connect 1",
            "semanage port -a -t http_port_t -p tcp 4080",
        ]);
        expect(changes.trim().split("\n")).toHaveLength(4);
        machine("enforcing", "Enforcing", "on", "http_port_t                    tcp      4080, 80, 81, 443");
        expect(run("enforcing")).toEqual({ changes: "", calls: "" });
    });

    test("that is disabled, or not there, is left alone", () => {
        machine("disabled", "Disabled", "off", "");
        mkdirSync(join(scratch, "none"), { recursive: true });
        expect(run("disabled")).toEqual({ changes: "", calls: "" });
        expect(run("none")).toEqual({ changes: "", calls: "" });
    });
});
