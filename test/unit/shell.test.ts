import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { assignments, hereDocument, quote } from "../../components/guest/shell";

const bash = (script: string) => execFileSync("bash", ["-euo", "pipefail", "-c", script]).toString("utf8");
const text = fc.string({ unit: "binary" }).filter((each) => !each.includes("\0"));

test("a quoted text reaches the shell as it is, whatever it holds", () => {
    fc.assert(
        fc.property(text, (value) => {
            expect(bash(`printf %s ${quote(value)}`)).toBe(value);
        }),
        { numRuns: 60 },
    );
});

test("parameters become shell variables with just their values, arrays included", () => {
    fc.assert(
        fc.property(text, fc.array(text, { maxLength: 4 }), (value, list) => {
            const script = `${assignments({ value, list })}printf '%s\\0' "$value" \${#list[@]} \${list[@]+"\${list[@]}"}`;
            expect(bash(script).split("\0").slice(0, -1)).toEqual([value, String(list.length), ...list]);
        }),
        { numRuns: 60 },
    );
});

test("a name that is no shell variable is refused", () => {
    expect(() => assignments({ "a;reboot": "x" })).toThrow('"a;reboot" is no name for a parameter');
});

test("a here-document gives the text unchanged, also when it holds its own end mark", () => {
    const lines = fc.array(fc.constantFrom("END", "END_", "$HOME `id` \\", "", "plain 'text'"), { maxLength: 8 });
    fc.assert(
        fc.property(lines, (content) => {
            const all = [...content, "last", ""].join("\n");
            expect(bash(hereDocument("cat", all))).toBe(all);
        }),
        { numRuns: 60 },
    );
});

test("a text without a newline at its end is refused rather than changed", () => {
    expect(() => hereDocument("cat", "half a line")).toThrow("does not end with a newline");
});
