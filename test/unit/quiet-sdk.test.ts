import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

/** Runs a program that has the SDK quiet, or, with its own switch, not. */
function run(program: string, leaks = "") {
    const quiet = JSON.stringify(resolve("scripts/host/quiet-sdk.cjs"));
    const env = { ...process.env, PULUMI_DEBUG_PROMISE_LEAKS: leaks };
    return spawnSync(process.execPath, ["-e", `require(${quiet});${program}`], { env, encoding: "utf8" });
}

const say = (program: string, leaks?: string) => run(program, leaks).stdout;

describe("the SDK, made quiet", () => {
    const trace = `
        const made = Promise.resolve();
        const debuggable = require("@pulumi/pulumi/runtime/debuggable");
        debuggable.debuggablePromise(Promise.resolve(), "the first");
        debuggable.debuggablePromise(made, "context");
        console.log(made._debugStackTrace);
        console.log(new Error("told").stack);`;

    test("keeps no call stacks of promises, and those of errors", () => {
        const [promise, error, ...frames] = say(trace).split("\n");
        expect([promise, error]).toEqual(["undefined", "Error: told"]);
        expect(frames[0]).toMatch(/^ +at /);
    });

    test("keeps them for who looks for promises that leak", () => {
        const [promise, frame] = say(trace, "true").split("\n");
        expect(promise).toBe("Error");
        expect(frame).toMatch(/^ +at .*debuggablePromise/);
    });

    test("still tells of promises that nothing waits for, and of no others", () => {
        const { status, stderr } = run(`
            const debuggable = require("@pulumi/pulumi/runtime/debuggable");
            const made = (promise) => debuggable.debuggablePromise(promise, "context").catch(() => {});
            [new Promise(() => {}), Promise.resolve(), Promise.reject(new Error("no")), new Promise(() => {})].map(made);`);
        expect(status).toBe(1);
        expect(stderr).toContain("2 promises were still active");
    });

    test("tells the engine no call stacks, but for who looks for promises that leak", () => {
        const program = `console.log(require("@pulumi/pulumi/resource").Resource.stackTrace(0).length);`;
        expect(say(program)).toBe("0\n");
        expect(Number(say(program, "true"))).toBeGreaterThan(3);
    });

    test("sends no debug messages to the engine, and all others", () => {
        const program = (severity: string) => `
            require("@pulumi/pulumi/runtime/settings").getEngine = () => ({ log: (request, end) => (console.log(request.getMessage()), end()) });
            require("@pulumi/pulumi/log").${severity}("said");`;
        expect(say(program("info"))).toBe("said\n");
        expect(say(program("debug"))).toBe("");
        expect(say(program("debug"), "true")).toBe("said\n");
    });
});
