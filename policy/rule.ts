import type { ResourceValidationArgs } from "@pulumi/policy";

/** A resource as a rule looks at it. */
export type Resource = Pick<ResourceValidationArgs, "type" | "name" | "props" | "opts" | "provider">;

/** What every stack must fulfil, resource by resource. */
export interface ResourceRule {
    name: string;
    description: string;
    /** What is wrong with a resource: a sentence for each thing. What a preview does not know yet is left for the `up`. */
    violations: (resource: Resource) => string[];
}

/** What becomes of a resource with data when its stack is destroyed, as its tag says. */
export const fateOf = (props: Resource["props"]): unknown =>
    known(() => (props["tags"] as Record<string, string> | undefined)?.["OnDestroy"]);

/** A property of a server that AWS runs; where it does not say it, it is as AWS has it by default, which is less. */
export type Wanted = readonly [property: string, isRight: (value: unknown) => boolean, otherwise: string];

/** What a server that AWS runs, with data that are kept, does not say as it is wanted; and that nobody has said that it may be deleted. */
export const wrongWith = ({ props, opts }: Pick<Resource, "props" | "opts">, wanted: readonly Wanted[]): string[] => {
    const fate = fateOf(props);
    return [
        ...wanted
            .filter(([property, isRight]) => known(() => isRight(props[property])) === false)
            .map(([, , otherwise]) => otherwise),
        ...(fate === "delete" || (fate === "refuse" && opts.protect)
            ? []
            : ["It is not protected, and its tag OnDestroy does not say that it may be deleted."]),
    ];
};

/** What a function finds, or undefined where it meets a value that a preview cannot know. */
export function known<T>(look: () => T): T | undefined {
    try {
        return look();
    } catch (error) {
        if (error instanceof Error && error.message.includes("can't be known during preview")) {
            return undefined;
        }
        throw error;
    }
}
