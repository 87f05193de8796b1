import { withSecretOutputs, type DcorConfig, type EoxServerConfig } from "../../stacks/config";
import { parseConfig } from "../../stacks/config/parse";
import { dcor } from "../../stacks/dcor";
import { eoxserver } from "../../stacks/eoxserver";
import { record, type Recorded } from "./recorder";

const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyEX4020657MWj44BDyljxrXRirYbx9bzeEkz3ymVsi";

/** What a fitting host says of itself. */
const FACTS = Object.entries({
    release: "debian-12",
    architecture: "amd64",
    init: "systemd",
    client: "192.0.2.7",
    stack: "",
    clusters: "",
})
    .map(([name, value]) => `${name}\t${value}\n`)
    .concat([`volumes\tfree\t${2 ** 40}\tfree\n`, `volumes\tfree\t${2 ** 40}\tfree\n`])
    .join("");

function recorded(machine: object, preview: boolean, facts = FACTS, refused?: (error: unknown) => void) {
    const values = {
        product: "eoxserver",
        machine: {
            platform: "existing",
            host: "maps.example.org",
            hostKey: `${HOST_KEY} maps`,
            image: "debian-12",
            directory: "/srv/science",
            ...machine,
        },
        firewall: { ssh: ["192.0.2.0/24"] },
        instances: ["instance00"],
    };
    const keys = Object.entries(values).map(([key, value]): [string, string] => [
        `science-stacks:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const config = parseConfig("eoxserver-test", "the test", Object.fromEntries(keys)) as EoxServerConfig;
    const answer = { stdout: JSON.stringify({ status: 0, stdout: facts, stderr: "" }), stderr: "" };
    const program = async () => await eoxserver(config).catch(refused);
    return record(program, preview, { "command:local:run": answer });
}

describe.each([
    ["a preview", true],
    ["an up", false],
])("%s of EOxServer on an existing host", (_, preview) => {
    let steps: Recorded[];
    beforeAll(async () => {
        const { resources } = await recorded(
            { port: 2222, bastion: { host: "gate.example.org", hostKey: HOST_KEY } },
            preview,
        );
        steps = resources.filter(({ type }) => type === "command:remote:Command");
    });

    test("connects to the pinned host by way of the pinned bastion", () => {
        expect(steps.length).toBeGreaterThan(10);
        for (const { inputs } of steps) {
            // As a whole it is a secret.
            expect(inputs["connection"]).toMatchObject({
                value: {
                    host: "maps.example.org",
                    port: 2222,
                    hostKey: HOST_KEY,
                    proxy: { host: "gate.example.org", hostKey: HOST_KEY },
                },
            });
        }
    });

    test("leaves no step to a machine that goes away itself: each that put something on the host takes it off", () => {
        const kept = steps.filter(({ inputs }) => inputs["delete"] === undefined).map(({ name }) => name);
        expect(kept).toEqual([]);
        for (const { options } of steps) {
            expect(options.deletedWith).toBeUndefined();
        }
    });

    test("lets in by SSH at the port that the host has", () => {
        const rules = steps.find(({ name }) => name === "firewall-trial")?.inputs["stdin"];
        expect(rules).toContain('ip saddr 192.0.2.0/24 tcp dport 2222 accept comment "SSH of the administrators"');
        expect(rules).not.toContain("dport 22 ");
    });
});

test("each step of DCOR that has put something outside its volumes takes it off", async () => {
    const machine = { host: "dcor.example.org", hostKey: HOST_KEY, image: "debian-12", directory: "/srv/science" };
    const parsed = parseConfig("dcor-test", "the test", {
        "science-stacks:product": "dcor",
        "science-stacks:machine": JSON.stringify({ platform: "existing", ...machine, scratch: "/srv/scratch" }),
        "science-stacks:firewall": JSON.stringify({ ssh: ["192.0.2.0/24"] }),
        "science-stacks:development": "true",
    });
    const config = withSecretOutputs(parsed) as DcorConfig;
    expect([config.data.onDestroy, config.scratch.sizeGiB]).toEqual(["keep", 100]);
    const answer = { stdout: JSON.stringify({ status: 0, stdout: FACTS, stderr: "" }), stderr: "" };
    const { resources } = await record(() => dcor(config), false, { "command:local:run": answer });
    const steps = resources.filter(({ type }) => type === "command:remote:Command");
    expect(steps.length).toBeGreaterThan(20);
    // A directory on the scratch space, and settings of SELinux that nothing asks for on Debian.
    expect(steps.filter(({ inputs }) => inputs["delete"] === undefined).map(({ name }) => name)).toEqual([
        "site-directories",
        "site-nginx-selinux",
    ]);
    const mounts = steps.filter(({ name }) => name.endsWith("-mount")).map(({ inputs }) => String(inputs["stdin"]));
    expect(mounts.map((text) => /^scratch=(.*)$/m.exec(text)?.[1])).toEqual(["no", "yes"]);
});

test("a host whose firewall is its own gets no rules, and one whose apt is its own no sources", async () => {
    const { resources } = await recorded({ firewall: "none" }, true);
    expect(resources.filter(({ name }) => /^firewall|apt/.test(name))).toEqual([]);
});

test("a host that does not fit is refused before a single resource is made", async () => {
    let refusal: unknown;
    const { resources } = await recorded(
        {},
        false,
        FACTS.replace("debian-12", "debian-13"),
        (error) => (refusal = error),
    );
    expect(String(refusal)).toContain("machine.image is debian-12, and the host runs debian-13");
    expect(resources.filter(({ type }) => type !== "pulumi:pulumi:Stack")).toEqual([]);
});
