import { changesByRules } from "./diff";
import type { Changes, OperationContext, ResourceType } from "./resource";
import { checkFields, declaredSecrets } from "./schema";
import type { CheckFailure } from "./schema";
import { presentPaths } from "./secrets";
import { UNKNOWN, valueAt } from "./values";
import type { Path, Properties } from "./values";
import type { Unwrapped } from "./wire";

/** The operations of one resource type, between the wire (provider.ts) and the type's own code (resource.ts). */
export class Operations {
    constructor(
        private readonly token: string,
        private readonly type: ResourceType<object, object>,
    ) {}

    async check(olds: Unwrapped, news: Unwrapped, urn: string): Promise<Unwrapped & { failures: CheckFailure[] }> {
        const { inputs, failures } = checkFields(news.values, this.type.inputs);
        let checked: object = inputs;
        if (failures.length === 0 && this.type.check) {
            const result = await this.type.check(inputs, { urn, name: nameOf(urn), oldInputs: olds.values });
            checked = result.inputs;
            failures.push(...(result.failures ?? []));
        }
        const values = checked as Properties;
        const secrets = presentPaths([...news.secrets, ...declaredSecrets(values, this.type.inputs)], values);
        return { values, secrets, failures };
    }

    diff(id: string, oldInputs: Properties | undefined, oldOutputs: Properties, newInputs: Properties): Changes {
        // A state without inputs (an old engine's, an import's) still has them among its outputs.
        const olds = oldInputs ?? Object.fromEntries(this.inputNames().flatMap((name) => entry(oldOutputs, name)));
        const byRules = changesByRules(this.type, olds, newInputs);
        const changes = this.type.diff?.({ id, oldInputs: olds, oldOutputs, newInputs, byRules }) ?? byRules;
        return { deleteBeforeReplace: this.type.deleteBeforeReplace ?? false, ...changes };
    }

    async create(news: Unwrapped, preview: boolean, context: OperationContext): Promise<Unwrapped & { id: string }> {
        if (preview) {
            const unknown = Object.fromEntries(Object.keys(this.type.outputs).map((name) => [name, UNKNOWN]));
            return { id: "", ...this.outputs(news, unknown) };
        }
        const { id, outputs } = await this.type.create(news.values, context);
        return { id, ...this.outputs(news, outputs) };
    }

    async update(
        id: string,
        olds: Unwrapped,
        news: Unwrapped,
        preview: boolean,
        context: OperationContext,
    ): Promise<Unwrapped> {
        if (!this.type.update) {
            throw new Error(`${this.token} cannot be changed in place`);
        }
        const kept = Object.keys(this.type.outputs).flatMap((name) => entry(olds.values, name));
        if (preview) {
            const stable = (name: string) => this.type.outputs[name]?.stable === true;
            const names = Object.keys(this.type.outputs).filter((name) => !stable(name));
            const unknown = names.map((name): [string, typeof UNKNOWN] => [name, UNKNOWN]);
            return this.outputs(news, Object.fromEntries([...kept, ...unknown]), olds);
        }
        const outputs = await this.type.update({ id, oldOutputs: olds.values, newInputs: news.values }, context);
        return this.outputs(news, { ...Object.fromEntries(kept), ...outputs }, olds);
    }

    async delete(id: string, state: Unwrapped, context: OperationContext): Promise<void> {
        await this.type.delete?.({ id, outputs: state.values }, context);
    }

    /** `undefined`: the resource is gone. */
    async read(
        id: string,
        inputs: Unwrapped,
        outputs: Unwrapped,
        context: OperationContext,
    ): Promise<{ id: string; inputs: Unwrapped; outputs: Unwrapped } | undefined> {
        if (!this.type.read) {
            if (Object.keys(outputs.values).length === 0) {
                throw new Error(`${this.token} cannot be imported: there is nothing that could be read`);
            }
            return { id, inputs, outputs };
        }
        const result = await this.type.read({ id, inputs: inputs.values, outputs: outputs.values }, context);
        if (!result) {
            return undefined;
        }
        const read = result.inputs as Properties;
        const secrets = presentPaths([...inputs.secrets, ...declaredSecrets(read, this.type.inputs)], read);
        const newInputs = { values: read, secrets };
        return { id: result.id, inputs: newInputs, outputs: this.outputs(newInputs, result.outputs, outputs) };
    }

    /** The state: the inputs, then the outputs proper; secret where an input was or the type says so. */
    private outputs(inputs: Unwrapped, own: object, olds?: Unwrapped): Unwrapped {
        const echoed = Object.entries(inputs.values).filter(([name]) => !name.startsWith("__"));
        const values = { ...Object.fromEntries(echoed), ...own };
        const declared = Object.entries(this.type.outputs).filter(([, output]) => output.secret);
        // What a program marked with additionalSecretOutputs is only known from the state.
        const before = (olds?.secrets ?? []).filter((path) => String(path[0]) in this.type.outputs);
        const paths: Path[] = [...inputs.secrets, ...declared.map(([name]) => [name]), ...before];
        return { values, secrets: presentPaths(paths, values) };
    }

    private inputNames(): string[] {
        return Object.keys(this.type.inputs);
    }
}

/** The last part of a URN. */
export function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

function entry(values: Properties, name: string): [string, Properties[string]][] {
    const value = valueAt(values, [name]);
    return value === undefined ? [] : [[name, value]];
}
