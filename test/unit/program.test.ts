import { programText, revisionOf } from "../../components/guest/program";

const program = {
    script: "files/apply.sh",
    parameters: { manifest: "demo", enable: [], validate: "true" },
    files: { "/etc/demo.conf": { content: "answer = 42\n", mode: "600" } },
    notify: ["demo.service:reload"],
};

test("a step's text shows each line of its files, so that a preview shows the lines that change", () => {
    expect(programText(program)).toContain("write_file /etc/demo.conf root:root 600 <<'END'\nanswer = 42\nEND\n");
});

test("a step's text ends with the mark by which the guest knows that all of it has arrived", () => {
    expect(programText(program).endsWith("\n# end of step\n")).toBe(true);
});

test("the revision differs when a file differs, and only then", () => {
    const other = { ...program, files: { "/etc/demo.conf": { content: "answer = 43\n", mode: "600" } } };
    expect(revisionOf(programText(other))).not.toBe(revisionOf(programText(program)));
    expect(revisionOf(programText({ ...program }))).toBe(revisionOf(programText(program)));
});
