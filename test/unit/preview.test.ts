import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { changesOf, type Change } from "../../preview/changes";
import { costChange } from "../../preview/cost";
import { readEvents, type PreviewEvents } from "../../preview/events";
import { comment } from "../../preview/markdown";

/** What the engine told in a real preview; `recorded/record.mjs` says how they are made. */
function recorded(name: string): PreviewEvents {
    return readEvents(readFileSync(join(__dirname, "recorded", `${name}.jsonl`), "utf8"));
}

function markdown(preview: PreviewEvents): string {
    return comment("demo", preview, changesOf(preview), costChange(preview));
}

function change(preview: PreviewEvents, name: string): Change {
    const found = changesOf(preview).find((each) => each.name === name);
    expect(found).toBeDefined();
    return found!;
}

const step = (op: string, type: string, old: object | null, now: object | null, more: object = {}) =>
    JSON.stringify({
        resourcePreEvent: {
            metadata: {
                op,
                urn: `urn:pulumi:demo::science-stacks::${type}::it`,
                type,
                old: old && { custom: true, inputs: old, ...more },
                new: now && { custom: true, inputs: now },
                diffs: Object.keys(now ?? {}),
            },
        },
    });
const finished = '{"summaryEvent":{"result":"succeeded"}}';

test("a change of one template shows the lines that change, and no others", () => {
    const text = markdown(recorded("template-changed"));
    expect(text.split("\n").filter((line) => /^[-+]/.test(line))).toEqual([
        "-    tcp_nopush on;",
        "+    tcp_nopush off;",
    ]);
    expect(text).toContain("| changed | `site-files` | `command:remote:Command` | `/etc/nginx/nginx.conf` |");
});

test.each(["template-changed", "disk-deleted", "certificate-changed", "configuration-refused"])(
    "the comment of a recorded preview is as it was reviewed: %s",
    (name) => {
        const golden = join(__dirname, "golden", "preview", `${name}.md`);
        const text = markdown(recorded(name));
        if (process.env.UPDATE_GOLDEN) {
            mkdirSync(join(golden, ".."), { recursive: true });
            writeFileSync(golden, text);
        }
        expect(text).toBe(readFileSync(golden, "utf8"));
    },
);

test("a disk that would be deleted is warned of before anything else", () => {
    const lines = markdown(recorded("disk-deleted")).split("\n");
    const warning = lines.indexOf("> - `data-disk` is deleted: the disk and all that is on it would be gone");
    expect(warning).toBeGreaterThan(0);
    expect(lines.findIndex((line) => line.startsWith("|"))).toBeGreaterThan(warning);
});

test("no data is said to be lost where none is", () => {
    expect(markdown(recorded("template-changed"))).not.toContain("CAUTION");
    expect(markdown(recorded("certificate-changed"))).not.toContain("CAUTION");
});

test.each([
    ["aws:ebs/volume:Volume", "the volume"],
    ["aws:s3/bucket:Bucket", "the bucket"],
    ["aws:rds/instance:Instance", "the database"],
])("a replaced %s is data that is lost", (type, what) => {
    const text = [
        step("create-replacement", type, { size: 20 }, { size: 10 }),
        step("replace", type, { size: 20 }, { size: 10 }),
        step("delete-replaced", type, { size: 20 }, null),
        finished,
    ].join("\n");
    const preview = readEvents(text);
    expect(changesOf(preview)).toHaveLength(1);
    expect(change(preview, "it")).toMatchObject({ kind: "replaced", properties: ["size: 20 → 10"] });
    expect(markdown(preview)).toContain(`is replaced: ${what}`);
});

test("of a step that is replaced, the lines that differ are shown, whichever side the engine tells first", () => {
    const program = (text: string) => ({
        ...{ create: "/x/run-step it apply 9", delete: "/x/run-step it remove 9" },
        stdin: `lay_files() {\nwrite_file /etc/it root:root 644 <<'END'\na\n${text}\nEND\n:\n}\n# end of step\n`,
    });
    const [old, now] = [program("old"), program("new")];
    const type = "command:remote:Command";
    const text = [step("delete-replaced", type, old, null), step("create-replacement", type, old, now), finished];
    const lines = markdown(readEvents(text.join("\n"))).split("\n");
    expect(lines.filter((line) => /^[-+]/.test(line))).toEqual(["-old", "+new"]);
});

test("a disk that stays when the stack forgets it is not lost", () => {
    const kept = readEvents(
        step("delete", "aws:ebs/volume:Volume", { size: 20 }, null, { retainOnDelete: true }) + `\n${finished}`,
    );
    expect(change(kept, "it")).toMatchObject({ kind: "left behind", loses: undefined });
});

test("an instance that takes its data with it when it goes is data that is lost", () => {
    const stdin = "delete_data=yes\nlay_files() {\n:\n}\n# end of step\n";
    const inputs = { create: "/x/run-step it apply 9", delete: "/x/run-step it remove 9", stdin };
    const type = "command:remote:Command";
    const kept = { ...inputs, stdin: stdin.replace("yes", "no") };
    expect(change(readEvents(step("delete", type, inputs, null)), "it").loses).toBe("the data that it made");
    expect(change(readEvents(step("delete", type, kept, null)), "it").loses).toBeUndefined();
});

test("what is secret, and what the engine says to its developers, is never in the comment", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "s3cret" };
    const type = "aws:rds/instance:Instance";
    const nested = { password: secret, options: { list: [secret] } };
    const updated = readEvents(step("update", type, nested, nested));
    expect(change(updated, "it").properties).toEqual(["password (secret)", "options (secret)"]);

    const text = { create: "/x/run-step it apply 9", stdin: secret };
    const laid = readEvents(step("update", "command:remote:Command", text, text));
    expect(change(laid, "it")).toMatchObject({ kind: "changed", texts: [] });

    const debug = readEvents(`{"diagnosticEvent":{"severity":"debug","message":"privateKey,,,s3cret"}}\n${finished}`);
    expect([updated, laid, debug].map((each) => markdown(each)).join()).not.toContain("s3cret");
});

test("a preview that failed says so, and why", () => {
    const text = markdown(recorded("configuration-refused"));
    expect(text).toContain("the preview failed");
    expect(text).toContain("machine.memory: there is no such key");
});

test("what a policy forbids is in the comment", () => {
    const policyEvent = {
        resourceUrn: "urn:pulumi:demo::p::aws:ec2/securityGroup:SecurityGroup::web",
        policyName: "no-ssh-from-the-world",
        enforcementLevel: "mandatory",
        message: "<{%fg 1%}>SSH is open<{%reset%}>",
    };
    expect(markdown(readEvents(JSON.stringify({ policyEvent })))).toContain(
        "- mandatory: `no-ssh-from-the-world` on `web`: SSH is open",
    );
});

test("a comment is never longer than GitHub takes, and says what it leaves out", () => {
    const program = (text: string) => ({
        create: "/x/run-step it apply 9",
        stdin: `files=()\nlay_files() {\nwrite_file /etc/it root:root 644 <<'END'\n${text}END\n:\n}\n# end of step\n`,
    });
    const long = readEvents(step("update", "command:remote:Command", program("a\n"), program("b\n".repeat(50_000))));
    expect(markdown(long).length).toBeLessThan(65_536);
    expect(markdown(long)).toContain("1 more text");
});

test("a file cannot end the block that it is shown in", () => {
    const program = (text: string) => ({
        create: "/x/run-step it apply 9",
        stdin: `lay_files() {\nwrite_file /etc/it root:root 644 <<'END'\n${text}\nEND\n:\n}\n# end of step\n`,
    });
    const events = step("update", "command:remote:Command", program("a"), program("```\n# out"));
    expect(markdown(readEvents(events))).toContain("````diff\n");
});

describe("the change of the monthly cost", () => {
    const named = (op: string, type: string, old: object | null, now: object | null, more?: object) =>
        step(op, type, old, now, more).replaceAll("::it", `::${type.split(":").at(-1)}`);
    const provider = named("same", "pulumi:providers:aws", { region: "us-east-1" }, { region: "us-east-1" });
    const machine = (instanceType: string) => ({ instanceType, rootBlockDevice: { volumeSize: 30 } });
    const volume = (size: number) => ({ type: "gp3", size, tags: {} });
    const read = (...steps: string[]) => markdown(readEvents([provider, ...steps, finished].join("\n")));

    test("is that of the charges that change, and names them", () => {
        const text = read(
            named("update", "aws:ec2/instance:Instance", machine("t3.medium"), machine("t3.large")),
            named("create", "aws:ebs/volume:Volume", null, volume(100)),
            named("same", "aws:ec2/eip:Eip", {}, {}),
        );
        // 730 hours at 0.0416 and 0.0832, 30 GiB at 0.08, an address at 0.005 an hour; then 100 GiB more.
        expect(text).toContain("**Cost a month**: US$ 36.42 → 74.79 (+38.37), on demand, without traffic and taxes\n");
        expect(text.split("\n").filter((line) => /^\| [−+] /.test(line))).toEqual([
            "| − | `Instance` | instance t3.medium | 30.37 |",
            "| + | `Instance` | instance t3.large | 60.74 |",
            "| + | `Volume` | gp3 storage, 100 GiB | 8.00 |",
        ]);
    });

    test("falls by what is deleted, and not by what stays on the platform", () => {
        const gone = named("delete", "aws:ebs/volume:Volume", volume(100), null);
        expect(read(gone)).toContain("US$ 8.00 → 0.00 (−8.00)");
        const kept = named("delete", "aws:ebs/volume:Volume", volume(100), null, { retainOnDelete: true });
        expect(read(kept)).not.toContain("Cost a month");
    });

    test("says what has no price, and is not told of where nobody sends a bill", () => {
        const text = read(named("create", "aws:ec2/instance:Instance", null, machine("m5.xlarge")));
        expect(text).toContain("and without what has no price");
        expect(text).toContain("| + | `Instance` | instance m5.xlarge | no price |");
        expect(markdown(recorded("template-changed"))).not.toContain("Cost");
    });
});
