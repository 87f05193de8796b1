import * as policyProxy from "@pulumi/policy/proxy";
import type { Resource } from "../../policy/rule";
import { RESOURCE_RULES } from "../../policy/rules";
import { SECRET_MARK, type Recorded } from "./recorder";

/** How the policy SDK marks what a preview does not know, and refuses to show it; it does not declare its types. */
const { unknownCheckingProxy, unknownStringValue } = policyProxy as unknown as {
    unknownCheckingProxy: (props: unknown) => unknown;
    unknownStringValue: string;
};

/** A value as the engine hands it to a policy: its secrets opened, and a mark for what is unknown. */
export function opened(value: unknown): unknown {
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if ("__pulumiUnknown" in value) {
        return unknownStringValue;
    }
    if (SECRET_MARK in value) {
        return opened((value as { value?: unknown }).value);
    }
    return Array.isArray(value)
        ? value.map(opened)
        : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, opened(part)]));
}

/** What the policy pack has against the resources of a stack. */
export function violations(resources: readonly Recorded[]): string[] {
    const aws = resources.find(({ type }) => type === "pulumi:providers:aws");
    return resources.flatMap((resource) => {
        const { type, name, inputs, options } = resource;
        const looked: Resource = {
            type,
            name,
            props: unknownCheckingProxy(opened(inputs)) as Record<string, unknown>,
            opts: { protect: options.protect === true } as Resource["opts"],
            provider: aws && {
                type: aws.type,
                urn: "",
                name: aws.name,
                props: opened(aws.inputs) as Record<string, unknown>,
            },
        };
        return RESOURCE_RULES.flatMap((rule) =>
            rule.violations(looked).map((violation) => `${name} (${rule.name}): ${violation}`),
        );
    });
}
