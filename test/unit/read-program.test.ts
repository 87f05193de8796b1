import fc from "fast-check";
import { programText } from "../../components/guest/program";
import { arrayParameter, readProgram } from "../../components/guest/read-program";

const word = fc.string({ minLength: 1, unit: fc.constantFrom(..."ab '\"\\$`\n/()") });
const lines = fc.array(fc.constantFrom("END", "END_", "", ":", "}", "a = 'b'", "lay_files() {", "files=(x)"));

test("what a step lays is read back from its text, whatever is in its files", () => {
    fc.assert(
        fc.property(
            fc.dictionary(word, fc.record({ content: lines.map((each) => each.map((line) => `${line}\n`).join("")) })),
            fc.array(word),
            (files, enable) => {
                const wanted = Object.fromEntries(
                    Object.entries(files)
                        .filter(([, { content }]) => content !== "")
                        .map(([path, { content }]) => [path, { content, owner: "root:root", mode: "644" }]),
                );
                const text = programText({ script: "files/apply.sh", parameters: { enable }, files: wanted });
                const read = readProgram(text);
                expect(read?.files).toEqual(wanted);
                expect(read?.script).toMatch(/\n# end of step\n$/);
                if (enable.every((each) => !each.includes("\n"))) {
                    expect(arrayParameter(read!, "enable")).toEqual(enable);
                }
            },
        ),
    );
});

test("another text than a step's is not taken for one", () => {
    expect(readProgram("machine=test\nstack=test\n")).toBeUndefined();
    expect(readProgram("lay_files() {\nwrite_file /etc/x root:root 644 <<'END'\nhalf")).toBeUndefined();
});
