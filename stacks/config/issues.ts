import type { z } from "zod";
import { allowedFor, keysOf, kindNames, kindOf, nodeAt, type Node } from "./describe";
import { nearest } from "./nearest";
import { keyOf, showValue, type Problem } from "./problem";
import { lookInto, type Given, type RelatedComplaint } from "./rule";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Makes of what zod found the problems that a reader can act on. */
export class Explainer {
    /**
     * @param root the product's schema
     * @param given the configuration as it was given
     * @param secretSections those that hold something encrypted: no value of theirs is shown
     */
    constructor(
        private readonly root: Node,
        private readonly given: unknown,
        private readonly secretSections: ReadonlySet<string>,
    ) {
        this.valueAt = lookInto(given);
    }

    private readonly valueAt: Given;

    /** What a rule of the product says. */
    complain({ path, reason, advice }: RelatedComplaint): Problem {
        const node = nodeAt(this.root, path, this.given) ?? {};
        return this.problem(this.asWritten(path), node, reason, advice ?? `Allowed: ${allowedFor(node)}.`);
    }

    explain(issue: Issue): Problem[] {
        const path = this.asWritten(issue.path);
        if (issue.code === "unrecognized_keys") {
            return issue.keys.map((key) => this.unknownKey(path, key));
        }
        const given = this.valueAt(...path);
        if (issue.code === "invalid_union") {
            return [this.choice(path)];
        }
        const node = nodeAt(this.root, issue.path, this.given) ?? {};
        const allowed = `Allowed: ${allowedFor(node)}.`;
        if (issue.code === "custom") {
            const advice = (issue.params?.advice as string | undefined) ?? allowed;
            return [this.problem(path, node, issue.message, advice)];
        }
        return [this.problem(path, node, given === undefined ? MISSING : reasonOf(issue, given, node), allowed)];
    }

    /** The path of a key as the file has it: a text that stands for an object has no keys. */
    private asWritten(path: Path): Path {
        return path.filter((_, depth) => typeof this.valueAt(...path.slice(0, depth)) !== "string");
    }

    private unknownKey(path: Path, key: string): Problem {
        const node = kindOf(nodeAt(this.root, path, this.given), this.valueAt(...path)) ?? {};
        const known = keysOf(node);
        const meant = nearest(key, known);
        const where = path.length === 0 ? "Keys" : `Keys of ${keyOf(path)}`;
        const advice = `${where}: ${known.join(", ")}.`;
        return {
            key: keyOf([...path, key]),
            reason: "there is no such key",
            advice: meant === undefined ? advice : `Did you mean "${meant}"? ${advice}`,
        };
    }

    /** A choice of kinds (`platform: local | …`) whose name is missing or wrong. */
    private choice(path: Path): Problem {
        const node = nodeAt(this.root, path.slice(0, -1), this.given);
        const names = kindNames(node, String(path.at(-1))).map((name) => JSON.stringify(name));
        const given = this.valueAt(...path);
        const reason = given === undefined ? MISSING : NOT_ALLOWED;
        return this.problem(path, {}, reason, `Allowed: ${names.join(", ")}.`);
    }

    private problem(path: Path, node: Node, reason: string, advice: string): Problem {
        const value = this.valueAt(...path);
        const shown =
            value !== undefined &&
            !isCollection(value) &&
            node.secret !== true &&
            !this.secretSections.has(String(path[0]));
        return { key: keyOf(path), value: shown ? showValue(value) : undefined, reason, advice };
    }
}

const MISSING = "it must be set";
const NOT_ALLOWED = "it is none of those allowed";

function reasonOf(issue: Issue, given: unknown, node: Node): string {
    if (issue.code === "too_small" || issue.code === "too_big") {
        return Array.isArray(given) ? `${given.length} are given` : "it is out of range";
    }
    if (issue.code === "invalid_value" && typeof given === typeof (node.enum?.[0] ?? node.const)) {
        return NOT_ALLOWED;
    }
    return issue.code === "invalid_format" ? "it is not of the form that is needed" : wrongType(given, node);
}

function wrongType(given: unknown, node: Node): string {
    if (typeof given === "string" && given.trim() !== "" && node.type === "integer") {
        return "this is a text (in quotes)";
    }
    if ((typeof given === "number" || typeof given === "boolean") && node.type === "string") {
        return `this is ${typeName(given)}, and a text is needed: put it in quotes`;
    }
    return `this is ${typeName(given)}`;
}

function typeName(value: unknown): string {
    if (value === null || value === "") {
        return "empty";
    }
    if (Array.isArray(value)) {
        return "a list";
    }
    const names: Record<string, string> = {
        string: "a text",
        number: Number.isInteger(value) ? "a number" : "no whole number",
        boolean: "true or false",
        object: "a mapping",
    };
    return names[typeof value] ?? typeof value;
}

const isCollection = (value: unknown) => typeof value === "object" && value !== null;
