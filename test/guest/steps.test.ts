import { spawn } from "node:child_process";
import type { StepProgram } from "../../components/guest/program";
import type { Guest, Result } from "./guest";
import { guestWithRunner, runStep, RUNNER, runStepText } from "./step-runner";

let guest: Guest;
beforeAll(() => {
    guest = guestWithRunner("steps");
});
afterAll(() => guest?.destroy());

const run = (name: string, program: StepProgram, action?: string): Result => runStep(guest, name, program, action);

const runText = (name: string, text: string, options?: { action?: string; timeoutSeconds?: number }): Result =>
    runStepText(guest, name, text, options);

/** A step of a few lines, as the runner gets it. */
const step = (lines: string) => `${lines}\n# end of step\n`;

describe("a step", () => {
    test("tells what it changed, and its whole output is for root alone", () => {
        expect(runText("greet", step('echo noise; changed "said hello"'))).toEqual({
            status: 0,
            stdout: "said hello\n",
            stderr: "",
        });
        expect(
            guest.run("cat /var/log/science-stacks/greet.log; stat -c '%U %a' /var/log/science-stacks/greet.log"),
        ).toBe("noise\nroot 600");
    });

    test("that fails names itself, the machine, the line, the tail of its output and its log", () => {
        const { status, stderr } = runText("broken", step("echo before\nls /nonexistent\necho after"));
        expect(status).toBe(1);
        expect(stderr).toMatch(new RegExp(`^broken failed on ${guest.name} after \\d+ s \\(exit status 2\\)`));
        expect(stderr).toContain("| before\n");
        expect(stderr).toContain('line 2 of the step: "ls /nonexistent"');
        expect(stderr).not.toContain("after\n  |");
        expect(stderr).toContain("Full log on the machine: /var/log/science-stacks/broken.log");
    });

    test("that fails where a disk is full says which", () => {
        guest.run("mkdir /cache; mount -t tmpfs -o size=1M none /cache; ! head -c 2M /dev/zero >/cache/filler");
        const { stderr } = runText("without-room", step("cp /cache/filler /cache/another"));
        guest.run("umount /cache; rmdir /cache");
        expect(stderr).toContain("  /cache is full: nothing more can be written there\n");
        expect(runText("with-room", step("false")).stderr).not.toContain("is full");
    });

    test("that failed differs, though nothing else does, until it has ended well", () => {
        const look = () => guest.run("/usr/local/lib/science-stacks/check-step tried", step("true"));
        runText("tried", step("true"));
        expect(look()).toBe("");
        runText("tried", step("false"));
        expect(look()).toBe("its last run did not end well");
        runText("tried", step("true"));
        expect(look()).toBe("");
    });

    test("that takes longer than it may is stopped and says so", () => {
        const { status, stderr } = runText("slow", step("sleep 30"), { timeoutSeconds: 2 });
        expect(status).toBe(1);
        expect(stderr).toContain("it took longer than the 2 s that it has");
    });

    test("of which only a part arrived does nothing at all", () => {
        const { status, stderr } = runText("half", "touch /tmp/half-was-run\n");
        expect(status).toBe(1);
        expect(stderr).toContain("nothing was done");
        expect(guest.exec("test -e /tmp/half-was-run").status).toBe(1);
    });

    test("outlives its connection; the next call waits for it and does not run it twice", async () => {
        const text = step('echo run >>/tmp/runs; sleep 5; changed "slept"');
        const call = spawn("ssh", [...guest.sshOptions, `root@${guest.address}`, `${RUNNER} long apply 60`]);
        call.stdin.end(text);
        await new Promise((resolve) => setTimeout(resolve, 2000));
        call.kill("SIGKILL");
        expect(runText("long", text)).toMatchObject({ status: 0, stdout: "slept\n" });
        expect(guest.run("cat /tmp/runs")).toBe("run");
    });

    test("leaves nothing of its program on the machine", () => {
        runText("secretive", step("password=correct-horse-battery-staple"));
        expect(guest.exec("grep -rl correct-horse /run/science-stacks /var/log /tmp /etc /var/lib").stdout).toBe("");
    });
});

describe("configuration files", () => {
    const unit = "/etc/systemd/system/clock.service";
    const program = (content: string, validate = "true"): StepProgram => ({
        script: "files/apply.sh",
        parameters: { manifest: "clock", enable: ["clock.service"], validate },
        files: {
            [unit]: { content: "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n" },
            "/etc/clock.conf": { content, owner: "root:adm", mode: "640" },
        },
        notify: ["clock.service:restart"],
    });
    const mainPid = () => guest.run("systemctl show -P MainPID clock.service");

    test("are laid with owner and mode, and their service is started", () => {
        expect(run("clock", program("a\n")).status).toBe(0);
        expect(guest.run("stat -c '%U:%G %a' /etc/clock.conf; cat /etc/clock.conf")).toBe("root:adm 640\na");
        expect(guest.run("systemctl is-active clock.service; systemctl is-enabled clock.service")).toBe(
            "active\nenabled",
        );
    });

    test("that have not changed restart nothing and report nothing; a changed one restarts its service once", () => {
        const before = mainPid();
        expect(run("clock", program("a\n"))).toEqual({ status: 0, stdout: "", stderr: "" });
        expect(mainPid()).toBe(before);
        expect(run("clock", program("b\n")).stdout).toBe("wrote /etc/clock.conf\nrestarted clock.service\n");
        expect(mainPid()).not.toBe(before);
    });

    test("that the service would refuse are put back as they were, and it is left running", () => {
        const before = mainPid();
        const { status, stderr } = run("clock", program("bad\n", "! grep bad /etc/clock.conf"));
        expect(status).toBe(1);
        expect(stderr).toContain("have been put back as they were");
        expect(guest.run("cat /etc/clock.conf")).toBe("b");
        expect(mainPid()).toBe(before);
    });

    test("whose restart was cut off by a power cut are followed by it the next time", () => {
        // As write_file leaves it when the machine dies between the file and the restart.
        guest.run(
            "mkdir -p /var/lib/science-stacks/pending; touch /var/lib/science-stacks/pending/clock.service:restart",
        );
        expect(run("clock", program("b\n")).stdout).toBe("restarted clock.service\n");
    });

    test("taken out of the list are taken off the machine, and removal leaves none", () => {
        const { [unit]: kept } = program("c\n").files!;
        expect(run("clock", { ...program("c\n"), files: { [unit]: kept! } }).stdout).toContain(
            "removed /etc/clock.conf",
        );
        expect(run("clock", program("c\n"), "remove")).toMatchObject({
            status: 0,
            stdout: `stopped clock.service\nremoved ${unit}\n`,
        });
        expect(guest.exec(`ls ${unit} /etc/clock.conf /var/lib/science-stacks/files/clock`).stdout).toBe("");
    });

    test("that were there before the stack are given back, and a unit that ran before goes on running", () => {
        guest.run("echo own >/etc/clock.conf; systemctl is-enabled ssh");
        const ours: StepProgram = {
            script: "files/apply.sh",
            parameters: { manifest: "ours", enable: ["ssh.service"], validate: "! grep bad /etc/clock.conf" },
            files: { "/etc/clock.conf": { content: "ours\n" }, "/etc/ours/only/here": { content: "ours\n" } },
        };
        expect(run("ours", ours).status).toBe(0);
        // What is refused on the way does not lose it.
        expect(run("ours", { ...ours, files: { "/etc/clock.conf": { content: "bad\n" } } }).status).toBe(1);
        expect(run("ours", ours).status).toBe(0);
        expect(run("ours", ours, "remove").stdout).toBe(
            "put /etc/clock.conf back as it was\nremoved /etc/ours/only/here\n",
        );
        expect(guest.run("cat /etc/clock.conf; systemctl is-active ssh; ls -d /etc/ours || true")).toBe("own\nactive");
        expect(guest.run("ls /var/lib/science-stacks/originals")).toBe("");
    });
});
