import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The first time the tools are made. */
const project = join(__dirname, "..", "..");
const stack = `test-passphrase-${process.pid}`;
const file = join(project, "stacks", `Pulumi.${stack}.yaml`);
const home = mkdtempSync(join(tmpdir(), "science-stacks-passphrase-"));

beforeAll(() =>
    writeFileSync(
        file,
        "config:\n  science-stacks:product: omero-web\n  science-stacks:machine: { platform: local }\n",
    ),
);
afterAll(() => {
    rmSync(file, { force: true });
    rmSync(home, { recursive: true });
});

/** `npm run pulumi`, with a passphrase: what it printed; it must succeed. */
function pulumi(passphrase: string, args: string[], input = ""): string {
    const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "pulumi", "--", ...args], {
        cwd: project,
        env: { ...process.env, SCIENCE_STACKS_HOME: home, PULUMI_CONFIG_PASSPHRASE: passphrase },
        input,
        encoding: "utf8",
    });
    if (status !== 0) {
        throw new Error(`${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
    }
    return stdout;
}

test("a passphrase is changed: what it encrypted is readable by the new one, and no longer by the old", () => {
    const get = ["config", "get", "science-stacks:serverName", "--stack", stack];
    pulumi("the first", ["stack", "init", stack]);
    const set = ["config", "set", "--secret", "science-stacks:serverName", "--stack", stack];
    pulumi("the first", set, "x.example.org");
    const change = ["stack", "change-secrets-provider", "passphrase", "--stack", stack];
    pulumi("the first", change, "the second\nthe second\n");
    expect(pulumi("the second", get)).toBe("x.example.org\n");
    expect(() => pulumi("the first", get)).toThrow("incorrect passphrase");
});
