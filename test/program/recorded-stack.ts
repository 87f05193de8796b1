import { opened } from "./policy";
import { record, type Recorded } from "./recorder";
import { nameOf } from "./rules";

/** What a stack has registered, to be asked for. */
export class RecordedStack {
    constructor(
        readonly resources: Recorded[],
        readonly outputs: Record<string, unknown>,
    ) {}

    /** @param preview as in a preview, what a provider computes is unknown */
    static async of<Stack>(
        this: new (...recorded: ConstructorParameters<typeof RecordedStack>) => Stack,
        program: () => unknown,
        preview = false,
    ): Promise<Stack> {
        const { resources, outputs } = await record(program, preview);
        return new this(resources, outputs as Record<string, unknown>);
    }

    /** The first one of the name: a component comes before its parts, one of which may be called as it is. */
    named = (name: string): Recorded => {
        const found = this.resources.find((each) => each.name === name);
        if (found === undefined) {
            throw new Error(`no resource is called ${name}`);
        }
        return found;
    };
    /** The names that match. */
    names = (wanted: RegExp): string[] => this.resources.map(({ name }) => name).filter((name) => wanted.test(name));
    /** @param type the end of it */
    ofType = (type: string): Recorded[] => this.resources.filter((each) => each.type.endsWith(type));
    namesOf = (type: string): string[] => this.ofType(type).map(({ name }) => name);
    /** What a step is given. */
    text = (name: string): string => String(opened(this.named(name).inputs["stdin"]));
    /** What a resource waits for. */
    before = (resource: string | Recorded): string[] => {
        const { options } = typeof resource === "string" ? this.named(resource) : resource;
        return [options.dependsOn].flat().map(nameOf);
    };
}
