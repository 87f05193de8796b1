import type { CheckFailure, InputFields } from "./schema";
import type { Properties } from "./values";

/** What an operation knows of its resource and of the engine. */
export interface OperationContext {
    /** e.g. "urn:pulumi:stack::project::random:index/randomId:RandomId::name" */
    urn: string;
    /** The last part of the URN: the name that the program gave. */
    name: string;
    /** Aborted when the engine cancels or the operation's time limit is over. */
    signal: AbortSignal;
    /**
     * Shows a message of this resource to the user. Secret values in it are replaced by "[secret]".
     * A `passing` message is a status: the next one takes its place.
     */
    log(severity: Severity, message: string, options?: { passing?: boolean }): void;
}

export type Severity = "debug" | "info" | "warning" | "error";

export interface CheckContext {
    urn: string;
    name: string;
    /** The inputs in the state; empty for a new resource. */
    oldInputs: Properties;
}

export interface Changes {
    /** The changed inputs, as written by the engine (`a.b[0]`), and what each change asks for. */
    changes: Record<string, { kind: "add" | "delete" | "update"; replace: boolean }>;
    /** @default that of the resource type */
    deleteBeforeReplace?: boolean;
}

export interface DiffContext<Inputs> {
    id: string;
    oldInputs: Inputs;
    oldOutputs: Properties;
    newInputs: Inputs;
    /** What the rules of the fields say; a `diff` of one's own may start from it. */
    byRules: Changes;
}

/**
 * A kind of resource. Values are plain JavaScript values (values.ts): secrets are taken off before and put back
 * afterwards, so no operation here needs to know what is secret. Only `check` and `diff` ever see UNKNOWN.
 *
 * Any operation may throw: its message reaches the user with secret values replaced by "[secret]".
 */
export interface ResourceType<Inputs extends object = Properties, Outputs extends object = Properties> {
    /** Every input of the official schema. Names, types and required ones are checked and defaults filled in by them. */
    inputs: InputFields;

    /**
     * Every output of the official schema that is not simply an input again. Inputs become outputs by themselves, secret
     * where they are secret; what `create` or `update` returns under the same name takes precedence.
     * `secret` ones always are; `stable` ones keep their value in the preview of an update, the others are unknown there.
     */
    outputs: Readonly<Record<string, { secret?: boolean; stable?: boolean }>>;

    /**
     * Checks what the fields cannot say, after them, only if they found no failure; may change the inputs (the result is
     * what the state keeps, and what every other operation gets). Any value may be UNKNOWN.
     */
    check?(inputs: Inputs, context: CheckContext): CheckResult | Promise<CheckResult>;

    /** Replaces the rules of the fields (each change replaces where the field or the lack of `update` says so). */
    diff?(context: DiffContext<Inputs>): Changes;

    /** Whether a replacement deletes the old resource first. @default false */
    deleteBeforeReplace?: boolean;

    /** Makes the resource. Never called in a preview. */
    create(inputs: Inputs, context: OperationContext): Promise<Created<Outputs>> | Created<Outputs>;

    /** Changes the resource in place. Without it every change replaces. Never called in a preview. */
    update?(
        change: { id: string; oldOutputs: Inputs & Outputs; newInputs: Inputs },
        context: OperationContext,
    ): Promise<Partial<Outputs>> | Partial<Outputs>;

    /** Without it nothing is done. */
    delete?(state: { id: string; outputs: Inputs & Outputs }, context: OperationContext): Promise<void> | void;

    /**
     * Reads an existing resource: `pulumi import`, `Resource.get` and refresh. `undefined` means that it is gone.
     * Without it a refresh finds the state as it is, and an import is refused.
     */
    read?(
        state: { id: string; inputs: Partial<Inputs>; outputs: Partial<Inputs & Outputs> },
        context: OperationContext,
    ): Promise<ReadResult | undefined> | ReadResult | undefined;

    /**
     * Dotted paths inside a secret input that an error message may show, such as "connection.host".
     * @default none
     */
    shownInErrors?: readonly string[];
}

export interface CheckResult {
    inputs: object;
    failures?: CheckFailure[];
}

export interface Created<Outputs> {
    id: string;
    outputs: Outputs;
}

export interface ReadResult {
    id: string;
    inputs: object;
    outputs: object;
}

/** A function of a plugin ("invoke"). */
export interface FunctionType<Inputs extends object = Properties> {
    inputs: InputFields;
    /** Names of results that are always secret. The inputs are not returned by themselves. */
    secretOutputs?: readonly string[];
    call(inputs: Inputs, context: OperationContext): Promise<object> | object;
}

/** A whole plugin. */
export interface Plugin {
    /** The package's name, e.g. "random". */
    name: string;
    /** The official plugin's version that this one stands in for, e.g. "4.21.2". */
    version: string;
    /** By type token, e.g. "random:index/randomId:RandomId". */
    resources: Readonly<Record<string, ResourceType<object, object>>>;
    /** By token, e.g. "command:local:run". @default none */
    functions?: Readonly<Record<string, FunctionType<object>>>;
}
