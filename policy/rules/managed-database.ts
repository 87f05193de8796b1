import { known, wrongWith, type ResourceRule, type Wanted } from "../rule";

const INSTANCE = "aws:rds/instance:Instance";
const SETTINGS = "aws:rds/parameterGroup:ParameterGroup";

const WANTED: readonly Wanted[] = [
    ["storageEncrypted", (value) => value === true, "It is not encrypted."],
    ["publiclyAccessible", (value) => value === false, "It has, or may have, an address of the internet."],
    ["backupRetentionPeriod", (value) => Number(value) > 0, "It has no backups."],
    ["skipFinalSnapshot", (value) => value !== true, "It leaves no snapshot when it is deleted."],
];

export const managedDatabase: ResourceRule = {
    name: "managed-database",
    description:
        "A database of RDS is encrypted, private, backed up, reached by TLS alone, and not deleted by accident.",
    violations: (resource) => {
        const { type, props } = resource;
        if (type === SETTINGS) {
            const settings = known(() => props["parameters"] as { name: string; value: string }[] | undefined) ?? [];
            return settings.some(({ name, value }) => name === "rds.force_ssl" && value === "1")
                ? []
                : ["It lets connections in without TLS: rds.force_ssl is not 1."];
        }
        return type === INSTANCE ? wrongWith(resource, WANTED) : [];
    },
};
