import { readProgram } from "../components/guest/read-program";
import type { Step } from "./events";

/** Resources of a cloud that hold data, and what is in them. */
const DATA_TYPES: readonly (readonly [RegExp, string])[] = [
    [/^aws:ebs\/volume:Volume$/, "the volume and all that is on it"],
    [/^aws:ebs\/snapshot/, "a snapshot"],
    [/^aws:s3\/bucket(V2)?:/, "the bucket and all objects in it"],
    [/^aws:s3\/bucketObject/, "an object"],
    [/^aws:(rds|docdb|neptune|redshift)\/(cluster|instance):/, "the database"],
    [
        /^aws:(dynamodb\/table|efs\/fileSystem|elasticache\/(cluster|replicationGroup)|backup\/vault):/,
        "what is stored in it",
    ],
    [/^aws:kms\/key:/, "the key, without which what it encrypted cannot be read"],
];

/** What is lost when the resource is deleted or replaced; undefined when it holds no data. */
export function holdsData({ type, old: inputs = {} }: Step): string | undefined {
    const known = DATA_TYPES.find(([pattern]) => pattern.test(type));
    if (known) {
        return known[1];
    }
    if (String(inputs.create).includes("scripts/host/disk.sh apply")) {
        return "the disk and all that is on it";
    }
    // A step that was told to take its data with it when it goes: an instance with onRemoval "delete".
    const program = readProgram(typeof inputs.stdin === "string" ? inputs.stdin : "");
    return inputs.delete !== undefined && program && /^delete_data=yes$/m.test(program.parameters)
        ? "the data that it made"
        : undefined;
}
