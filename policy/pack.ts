import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { RESOURCE_RULES } from "./rules";
import { leakingCommands } from "./rules/generated-secrets";

const resourcePolicies = RESOURCE_RULES.map(({ name, description, violations }): ResourceValidationPolicy => ({
    name,
    description,
    validateResource: (resource, report) => violations(resource).forEach((violation) => report(violation)),
}));

const noGeneratedSecret: StackValidationPolicy = {
    name: "no-generated-secret-in-a-text",
    description: "No password or key that the stack has made stands in a command's text.",
    validateStack: ({ resources }, report) => {
        for (const name of leakingCommands(resources)) {
            report(`A secret of the stack stands in the text of ${name}: give it by stdin.`);
        }
    },
};

new PolicyPack("science-stacks", {
    description: "What every stack of science-stacks keeps to.",
    enforcementLevel: "mandatory",
    policies: [...resourcePolicies, noGeneratedSecret],
});
