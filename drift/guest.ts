import { stepCommand } from "../components/guest/program";
import { Ssh } from "../verify/ssh";
import type { Step } from "./steps";

/** What one step finds otherwise than it made it: each difference a line, its details indented below it. */
export interface Finding {
    step: string;
    differences: string[];
}

const CHECK = "/usr/local/lib/science-stacks/check-step";

/** The machines of a stack, each with one connection. */
export class Machines {
    private readonly connections = new Map<string, Ssh>();

    /** @param directory a private directory for each connection's key */
    constructor(private readonly makeDirectory: () => string) {}

    /** Asks each step, side by side, what differs; nothing is changed. */
    async look(steps: readonly Step[]): Promise<Finding[]> {
        const findings = await Promise.all(
            steps.map(async ({ name, program, machine }) => {
                const script = `[ -x ${CHECK} ] || { echo "the machine cannot look yet: run \\"npm run up\\" once" >&2; exit 1; }; ${CHECK} ${name}`;
                const told = await this.connection(machine).run(script, program);
                return { step: name, differences: told.split(/\n(?! )/).filter((each) => each !== "") };
            }),
        );
        return findings.filter(({ differences }) => differences.length > 0);
    }

    /** Runs steps again as they were run last, one after the other. */
    async repair(steps: readonly Step[], report: (step: string, changes: string) => void): Promise<void> {
        for (const { name, program, machine } of steps) {
            report(name, await this.connection(machine).run(stepCommand(name, "apply"), program));
        }
    }

    async close(): Promise<void> {
        await Promise.all([...this.connections.values()].map((each) => each.close()));
    }

    private connection(login: Step["machine"]): Ssh {
        const { port = 22, user = "root" } = login;
        const key = `${user}@${login.host}:${port}`;
        const known = this.connections.get(key) ?? new Ssh({ ...login, port, user }, this.makeDirectory());
        this.connections.set(key, known);
        return known;
    }
}
