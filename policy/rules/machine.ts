import { fateOf, known, type ResourceRule } from "../rule";

const INSTANCE = "aws:ec2/instance:Instance";
const VOLUME = "aws:ebs/volume:Volume";

interface Disk {
    encrypted?: boolean;
}

export const imdsV2: ResourceRule = {
    name: "imds-v2",
    description: "An instance answers questions about itself to sessions only, and to nothing behind it.",
    violations: ({ type, props }) => {
        if (type !== INSTANCE) {
            return [];
        }
        const { httpTokens, httpPutResponseHopLimit } =
            known(() => props["metadataOptions"] as never) ?? ({} as Record<string, unknown>);
        return [
            ...(httpTokens === "required" ? [] : ['metadataOptions.httpTokens is not "required".']),
            ...(httpPutResponseHopLimit === 1 ? [] : ["metadataOptions.httpPutResponseHopLimit is not 1."]),
        ];
    },
};

export const encryptedVolumes: ResourceRule = {
    name: "encrypted-volumes",
    description: "Each volume is encrypted.",
    violations: ({ type, props }) => {
        if (type === VOLUME) {
            return known(() => props["encrypted"] === true) === false ? ["It is not encrypted."] : [];
        }
        if (type !== INSTANCE) {
            return [];
        }
        const disks = known(() => [
            (props["rootBlockDevice"] ?? {}) as Disk,
            ...((props["ebsBlockDevices"] ?? []) as Disk[]),
        ]);
        return (disks ?? []).some(({ encrypted }) => encrypted !== true)
            ? ["One of its volumes is not encrypted."]
            : [];
    },
};

/** A volume says by its tag what becomes of it; Pulumi does not show a policy that a resource is kept when it is deleted. */
export const protectedData: ResourceRule = {
    name: "protected-data",
    description: "A volume with data of its own cannot be deleted by accident.",
    violations: ({ type, props, opts }) => {
        if (type === INSTANCE) {
            const inside = known(() => (props["ebsBlockDevices"] as unknown[] | undefined) ?? []) ?? [];
            return inside.length > 0 ? ["It has a data volume inside it, which goes when it goes."] : [];
        }
        if (type !== VOLUME) {
            return [];
        }
        const name = known(() => (props["tags"] as Record<string, string> | undefined)?.["Name"]) ?? "";
        switch (fateOf(props)) {
            case "refuse":
                return opts.protect ? [] : ["It is to be protected, and is not."];
            case "keep":
                return [];
            case "delete":
                return name.endsWith("-data") ? ["It holds data, and is deleted with the stack."] : [];
            default:
                return ["Its tag OnDestroy does not say what becomes of it: refuse, keep or delete."];
        }
    },
};
