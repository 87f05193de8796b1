import type { Outputs } from "../../verify/outputs";
import type { TestStack } from "../e2e/test-stack";

export const MEMBERS = ["cache1", "cache2", "cache3"];
/** What Sentinel's settings allow a failover, and what it takes besides. */
export const MOST_SECONDS = 25;
const LIBRARY = "/usr/local/lib/science-stacks/redis.sh";

/** The machines of Redis of a stack that has three, as they see each other. */
export class RedisMembers {
    constructor(
        private readonly stack: TestStack,
        private readonly outputs: () => Pick<Outputs, "redisMembers">,
    ) {}

    /** Their configuration. @param own a machine's @param settings of `redis`, besides the machines */
    static configuration(own: unknown, settings: Record<string, unknown> = {}) {
        return { redis: { machines: Object.fromEntries(MEMBERS.map((member) => [member, own])), ...settings } };
    }

    /** A command with the functions by which members are asked. */
    async ask(member: string, command: string): Promise<string> {
        return (await this.stack.sshOn(member, `. ${LIBRARY}; ${command}`)).trim();
    }

    /** The member that is master, as the Sentinel of another one has it. */
    async master(by: string): Promise<string> {
        const { redisMembers } = this.outputs();
        const address = await this.ask(by, 'master_by "$address"');
        return MEMBERS.find((member) => redisMembers![member]!.address === address)!;
    }

    /** Waits until a member is what it is to be, and in order. */
    async untilItIs(member: string, role: "master" | "slave"): Promise<void> {
        await this.ask(member, `timeout 90 bash -c '. ${LIBRARY}; until [ "$(role)" = ${role} ]; do sleep 0.3; done'`);
    }
}

export const otherThan = (member: string) => MEMBERS.find((each) => each !== member)!;
