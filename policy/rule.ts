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
