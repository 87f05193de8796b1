import { randomBytes } from "node:crypto";
import { managementCommand } from "../../../components/eoxserver/render";
import type { EoxServerContext as Context } from "../../context";
import type { Conversation } from "../../conversation";
import { guestProgram } from "../../files";
import { makeFixture } from "../../geotiff";
import { quote } from "../../../components/guest/shell";
import type { Ssh } from "../../ssh";
import type { Instance } from "./instance";

/** All that verify registers, it takes away again; what a run that was killed left behind has a name that begins with this. */
const PREFIX = "science_stacks_verify";

/** What an instance's management command says of it. */
export interface InstanceFacts {
    /** The system user that the command works as. */
    user: string;
    /** Django's name of the database engine. */
    engine: string;
    database: string;
    /** Migrations that were not applied. */
    pending: string[];
    /** Of its connection to the database: TLS's version, or that there is none, and libpq's sslmode. */
    tls: { version: string; mode: string | null };
    /** Its buckets by name, and whether it can list them. */
    storages: Record<string, boolean>;
}

/** An operator at work: one start of an instance's management command on each of its machines, which several checks look at. */
export interface Operator {
    /** What the command says on a machine. */
    facts(machine: Ssh): Promise<InstanceFacts>;
    /** The name under which the picture is registered, once it is, and is on each machine. */
    registered: Promise<string>;
    /** Which of the fixture's pictures it is. */
    variant: number;
    /** Takes the picture away again. */
    deregister(): Promise<void>;
}

/** By the stack's outputs, which all contexts of a run have. */
const operators = new WeakMap<Context["outputs"], Map<string, Operator>>();

/** The operator of an instance; the first check that asks makes them start. */
export function operatorOf(context: Context, instance: Instance): Operator {
    const known = operators.get(context.outputs) ?? new Map<string, Operator>();
    operators.set(context.outputs, known);
    const operator = known.get(instance.name) ?? start(context, instance, 10 * known.size);
    known.set(instance.name, operator);
    return operator;
}

/** What the management command of an instance says on the machine that is looked at. */
export const factsOf = (context: Context, instance: Instance): Promise<InstanceFacts> =>
    operatorOf(context, instance).facts(context.machine);

/** What goes on with the operator on one machine. */
interface Work {
    conversation: Promise<Conversation>;
    facts: Promise<InstanceFacts>;
}

/** The picture lies on each machine, as somebody's would who has no bucket; it is registered once, from the first of them. */
function start({ front, applicationMachines }: Context, { name: instance }: Instance, variant: number): Operator {
    const name = `${PREFIX}_${randomBytes(4).toString("hex")}`;
    const machines = applicationMachines.length === 0 ? [front] : applicationMachines.map(({ ssh }) => ssh);
    const work = new Map(
        machines.map((machine, index) => {
            const REGISTERS = index === 0 ? "yes" : "no";
            const environment = {
                INSTANCE: instance,
                COMMAND: managementCommand(instance),
                PREFIX,
                NAME: name,
                REGISTERS,
            };
            return [machine, begin(machine, environment, variant)] as const;
        }),
    );
    const all = [...work.values()];
    const facts = Promise.all(all.map((each) => each.facts));
    const registered = facts.then(
        async () => (await (await all[0]!.conversation).hear<{ registered: string }>()).registered,
    );
    // Whoever asks is told; that nobody may ask is no reason to end verify.
    registered.catch(() => undefined);
    return {
        facts: (machine) => work.get(machine)?.facts ?? Promise.reject(new Error(`${instance} is on other machines`)),
        registered,
        variant,
        deregister: () => deregister(all, registered),
    };
}

function begin(machine: Ssh, environment: Record<string, string>, variant: number): Work {
    const assignments = Object.entries(environment).map(([key, value]) => `${key}=${quote(value)}\n`);
    const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
    const conversation = machine.converse(assignments.join("") + guestProgram("operate.sh"));
    const facts = conversation.then((started) => {
        started.tell(`${base64(guestProgram("operate.py"))}\n${base64(makeFixture(variant))}\n`);
        return started.hear<InstanceFacts>();
    });
    facts.catch(() => undefined);
    return { conversation, facts };
}

async function deregister(all: readonly Work[], registered: Promise<string>): Promise<void> {
    const conversations = await Promise.all(all.map(({ conversation }) => conversation));
    const isRegistered = await registered.then(
        () => true,
        () => false,
    );
    conversations.forEach((each) => each.finish());
    if (isRegistered) {
        await Promise.all(conversations.map((each) => each.hear<{ deregistered: string }>()));
    }
}
