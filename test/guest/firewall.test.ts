import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { trialPrograms, UNIT } from "../../components/guest/guest-firewall";
import type { StepProgram } from "../../components/guest/program";
import type { Guest, Result } from "./guest";
import { guestWithRunner, runStep } from "./step-runner";

let guest: Guest;
beforeAll(() => {
    guest = guestWithRunner("firewall");
});
afterAll(() => guest?.destroy());

const run = (name: string, program: StepProgram, action?: string): Result => runStep(guest, name, program, action);

describe("the firewall", () => {
    const rules = (lines: string) => `table inet science_stacks\ndelete table inet science_stacks\n${lines}\n`;
    const chain = (policy: string) =>
        `table inet science_stacks { chain input { type filter hook input priority filter; policy ${policy}; ct state established,related accept; tcp dport 22 accept; }; }`;
    const LOCKED = chain("drop").replace("tcp dport 22 accept; ", "");
    const TRIAL = { trial_seconds: 4 };
    const attempt = (text: string, action = "apply") =>
        run(
            "firewall-trial",
            {
                script: "firewall/try.sh",
                parameters: TRIAL,
                files: { "/var/lib/science-stacks/firewall/trial.nft": { content: text }, ...trialPrograms() },
            },
            action,
        );
    const keep = (action = "apply") =>
        run(
            "firewall",
            {
                script: "firewall/keep.sh",
                parameters: TRIAL,
                files: { "/etc/systemd/system/science-stacks-firewall.service": { content: UNIT } },
            },
            action,
        );
    const other = "nft add table ip own && nft add chain ip own input '{ type filter hook input priority 10; }'";
    const table = () => guest.exec("nft list table inet science_stacks").stdout;

    test("has new rules on trial until they are kept, and then at each boot", () => {
        guest.run(other);
        expect(attempt(rules(chain("drop"))).stdout).toContain("on trial");
        expect(guest.exec("ls /etc/science-stacks/firewall.nft").status).not.toBe(0);
        expect(keep()).toMatchObject({ status: 0 });
        guest.run("sleep 4; systemctl is-enabled science-stacks-firewall");
        expect(table()).toContain("policy drop");
        expect(attempt(rules(chain("drop")))).toMatchObject({ status: 0, stdout: "" });
        expect(keep()).toMatchObject({ status: 0, stdout: "" });
    });

    test("takes rules that lock everyone out back by itself, says so, and tries them again", () => {
        attempt(rules(LOCKED));
        const connects = spawnSync("timeout", ["1", "bash", "-c", `</dev/tcp/${guest.address}/22`]);
        expect(connects.status).toBe(124);
        expect(keep().stderr).toContain("kept new connections out, so the former ones were back");
        // They are on trial again, and keep the next one out until they are taken back.
        expect(table()).toContain("tcp dport 22 accept");
        expect(attempt(rules(chain("accept"))).stdout).toContain("on trial");
        expect(keep().status).toBe(0);
        expect(table()).toContain("policy accept");
    });

    test("leaves rules on trial that have kept nobody out, for one who comes late", async () => {
        attempt(rules(chain("drop")));
        await sleep(6000);
        expect(keep().status).toBe(0);
        await sleep(5000);
        expect(table()).toContain("policy drop");
        expect(table()).not.toContain("counter");
    });

    test("is there at last where it could not be loaded at first", () => {
        guest.run(`
            cd /etc/science-stacks
            systemctl stop science-stacks-firewall
            mv firewall.nft elsewhere.nft
            ! systemctl start science-stacks-firewall
            mv elsewhere.nft firewall.nft
            timeout 20 bash -c 'until systemctl is-active science-stacks-firewall; do sleep 0.2; done'
        `);
        expect(table()).toContain("policy drop");
    });

    test("goes with its table, its unit and its files, and leaves the machine's own rules as they are", () => {
        expect(keep("remove").status).toBe(0);
        expect(attempt(rules(chain("drop")), "remove").status).toBe(0);
        expect(guest.run("nft list tables; ls /etc/science-stacks 2>/dev/null || true")).toBe("table ip own");
        expect(guest.exec("systemctl cat science-stacks-firewall").status).not.toBe(0);
        guest.run("nft delete table ip own");
    });
});
