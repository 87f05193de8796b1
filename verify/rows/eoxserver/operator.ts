import { randomBytes } from "node:crypto";
import { managementCommand } from "../../../components/eoxserver/render";
import type { EoxServerContext as Context } from "../../context";
import type { Conversation } from "../../conversation";
import { guestProgram } from "../../files";
import { makeFixture } from "../../geotiff";
import { quote } from "../../../components/guest/shell";
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

/** An operator at work: one start of an instance's management command, which several checks look at. */
export interface Operator {
    facts: Promise<InstanceFacts>;
    /** The name under which the picture is registered, once it is. */
    registered: Promise<string>;
    /** Which of the fixture's pictures it is. */
    variant: number;
    /** Takes the picture away again. */
    deregister(): Promise<void>;
}

const operators = new WeakMap<Context, Map<string, Operator>>();

/** The operator of an instance; the first check that asks makes them start. */
export function operatorOf(context: Context, instance: Instance): Operator {
    const known = operators.get(context) ?? new Map<string, Operator>();
    operators.set(context, known);
    const operator = known.get(instance.name) ?? start(context, instance, 10 * known.size);
    known.set(instance.name, operator);
    return operator;
}

function start({ machine }: Context, { name: instance }: Instance, variant: number): Operator {
    const name = `${PREFIX}_${randomBytes(4).toString("hex")}`;
    const environment = { INSTANCE: instance, COMMAND: managementCommand(instance), PREFIX, NAME: name };
    const assignments = Object.entries(environment).map(([key, value]) => `${key}=${quote(value)}\n`);
    const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
    const conversation = machine.converse(assignments.join("") + guestProgram("operate.sh"));
    const facts = conversation.then((started) => {
        started.tell(`${base64(guestProgram("operate.py"))}\n${base64(makeFixture(variant))}\n`);
        return started.hear<InstanceFacts>();
    });
    const registered = facts.then(async () => (await (await conversation).hear<{ registered: string }>()).registered);
    // Whoever asks is told; that nobody may ask is no reason to end verify.
    registered.catch(() => undefined);
    return { facts, registered, variant, deregister: () => deregister(conversation, registered) };
}

async function deregister(conversation: Promise<Conversation>, registered: Promise<string>): Promise<void> {
    const started = await conversation;
    started.finish();
    const isRegistered = await registered.then(
        () => true,
        () => false,
    );
    if (isRegistered) {
        await started.hear<{ deregistered: string }>();
    }
}
