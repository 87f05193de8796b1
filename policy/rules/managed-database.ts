import { fateOf, known, type ResourceRule } from "../rule";

const INSTANCE = "aws:rds/instance:Instance";
const SETTINGS = "aws:rds/parameterGroup:ParameterGroup";

/** What a database that AWS runs must say of itself; what it does not say is as AWS has it by default, which is less. */
const WANTED: readonly [property: string, isRight: (value: unknown) => boolean, otherwise: string][] = [
    ["storageEncrypted", (value) => value === true, "It is not encrypted."],
    ["publiclyAccessible", (value) => value === false, "It has, or may have, an address of the internet."],
    ["backupRetentionPeriod", (value) => Number(value) > 0, "It has no backups."],
    ["skipFinalSnapshot", (value) => value !== true, "It leaves no snapshot when it is deleted."],
];

export const managedDatabase: ResourceRule = {
    name: "managed-database",
    description:
        "A database of RDS is encrypted, private, backed up, reached by TLS alone, and not deleted by accident.",
    violations: ({ type, props, opts }) => {
        if (type === SETTINGS) {
            const settings = known(() => props["parameters"] as { name: string; value: string }[] | undefined) ?? [];
            return settings.some(({ name, value }) => name === "rds.force_ssl" && value === "1")
                ? []
                : ["It lets connections in without TLS: rds.force_ssl is not 1."];
        }
        if (type !== INSTANCE) {
            return [];
        }
        const fate = fateOf(props);
        return [
            ...WANTED.filter(([property, isRight]) => known(() => isRight(props[property])) === false).map(
                ([, , otherwise]) => otherwise,
            ),
            ...(fate === "delete" || (fate === "refuse" && opts.protect)
                ? []
                : ["It is not protected, and its tag OnDestroy does not say that it may be deleted."]),
        ];
    },
};
