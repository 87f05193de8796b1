import { changesByRules } from "../base/diff";
import type {
    Changes,
    CheckFailure,
    DiffContext,
    InputField,
    OperationContext,
    Properties,
    ReadResult,
    ResourceType,
    Value,
} from "../base";
import { UNKNOWN } from "../base";

/**
 * What the official plugins `random` and `tls` have in common: they are Terraform providers behind a bridge. Defaults
 * are not written into the inputs but only into the outputs, and a difference is one between the outputs and what the
 * inputs and the defaults plan, so a state without a default that came later shows none.
 */
export interface BridgedType {
    /** The version of the Terraform resource's schema, in the outputs as `__meta`. @default 0: no `__meta` */
    schemaVersion?: number;
    inputs: Readonly<Record<string, BridgedField>>;
    /** As in the base's resource types. None keeps its value when the resource is replaced, all do when it is updated. */
    outputs: ResourceType["outputs"];
    /** Inputs that go to `create` and nowhere else: the outputs do not have them. @default none */
    writeOnly?: readonly string[];
    /** The official outputs repeat the id as `id`. @default true */
    idInOutputs?: boolean;

    /** What the fields cannot say, on known values only. */
    check?(inputs: Properties): CheckFailure[];
    /** Fills in what a plain default cannot. The inputs have their defaults already. */
    plan?(inputs: Properties): Properties;
    /** Differences that come with time and not from the inputs. */
    aged?(outputs: Properties, planned: Properties, now: Date): Changes["changes"];
    /** Makes the resource of inputs with their defaults. */
    create(planned: Properties, context: OperationContext): Promise<Made> | Made;
    /** Reads what a resource that exists already is from the text that `pulumi import` was given. */
    import?(id: string): Promise<Imported> | Imported;
    /** What a refresh finds. @default the state as it is */
    refresh?(outputs: Properties, now: Date): Properties;
}

export interface BridgedField extends InputField {
    /** The default that is planned where the input is absent. */
    planned?: Value;
    /** Where `replace` holds: whether this change asks for a replacement. @default every change does */
    replaceIf?(before: Value | undefined, after: Value | undefined): boolean;
}

export interface Made {
    id: string;
    outputs: Properties;
}

/** What an import found: `inputs` are those of a program that describes the resource, `outputs` the whole state. */
export interface Imported extends Made {
    inputs: Properties;
}

/** The base's resource type for a bridged one. */
export function bridged(type: BridgedType): ResourceType {
    const finished = (id: string, outputs: Properties): Properties => ({
        ...(type.schemaVersion ? { __meta: JSON.stringify({ schema_version: String(type.schemaVersion) }) } : {}),
        ...(type.idInOutputs === false ? {} : { id }),
        ...outputs,
    });

    const result: ResourceType = {
        inputs: type.inputs,
        outputs: type.outputs,
        check: (inputs) => ({ inputs, failures: type.check?.(inputs) ?? [] }),
        diff: (context) => differences(type, context, new Date()),
        async create(inputs, context) {
            const planned = plan(type, inputs);
            const { id, outputs } = await type.create(planned, context);
            return { id, outputs: finished(id, { ...planned, ...hidden(type), ...outputs }) };
        },
        update: ({ id, newInputs }) => finished(id, { ...plan(type, newInputs), ...hidden(type) }),
        async read({ id, inputs, outputs }): Promise<ReadResult | undefined> {
            const known = outputs as Properties;
            if (Object.keys(known).some((name) => name === "id" || name in type.outputs)) {
                return { id, inputs, outputs: type.refresh?.(known, new Date()) ?? known };
            }
            if (!type.import) {
                throw new Error(`resources of this type cannot be imported (id ${JSON.stringify(id)})`);
            }
            const found = await type.import(id);
            return { id: found.id, inputs: found.inputs, outputs: finished(found.id, found.outputs) };
        },
    };
    return result;
}

/** The inputs with every default: what the resource will be. */
export function plan(type: Pick<BridgedType, "inputs" | "plan">, inputs: Properties): Properties {
    const planned: Properties = { ...inputs };
    for (const [name, field] of Object.entries(type.inputs)) {
        if (planned[name] === undefined && field.planned !== undefined) {
            planned[name] = field.planned;
        }
    }
    return type.plan?.(planned) ?? planned;
}

/** What differs between a state and the inputs of a program. */
export function differences(type: BridgedType, context: DiffContext<Properties>, now: Date): Changes {
    const compared = Object.keys(type.inputs).filter((name) => !type.writeOnly?.includes(name));
    const only = (values: Properties): Properties =>
        Object.fromEntries(
            compared.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as [string, Value]])),
        );
    const planned = plan(type, context.newInputs);
    // A state of an older schema lacks what was added later; the official plugin fills it in like a missing input.
    const before = plan(type, only(context.oldOutputs));
    const after = only(planned);

    const { changes } = changesByRules({ ...unused, inputs: type.inputs }, before, after);
    for (const [path, change] of Object.entries(changes)) {
        const name = /^[\w$-]+/.exec(path)?.[0] ?? path;
        const field = type.inputs[name];
        if (change.replace && field?.replaceIf && after[name] !== UNKNOWN) {
            change.replace = field.replaceIf(before[name], after[name]);
        }
    }
    return { changes: { ...changes, ...type.aged?.(context.oldOutputs, planned, now) } };
}

/** Outputs that must not be there, though the inputs are. */
function hidden(type: BridgedType): Properties {
    return Object.fromEntries((type.writeOnly ?? []).map((name) => [name, undefined])) as unknown as Properties;
}

/** `changesByRules` asks only whether updates exist; here they always do. */
const unused = { outputs: {}, create: () => ({ id: "", outputs: {} }), update: () => ({}) };
