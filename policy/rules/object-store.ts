import { fateOf, known, type ResourceRule } from "../rule";

const BUCKET = "aws:s3/bucket:Bucket";
const ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const USER_POLICY = "aws:iam/userPolicy:UserPolicy";

interface Statement {
    Effect: string;
    Principal?: unknown;
    Action: string | string[];
    Resource: string | string[];
    Condition?: object;
}

const list = <T>(value: T | T[] | undefined): T[] =>
    value === undefined ? [] : Array.isArray(value) ? value : [value];

/** The statements of a policy that allow something; none for one that a preview does not know. */
function allowed(policy: unknown): Statement[] {
    const text = known(() => policy);
    if (typeof text !== "string") {
        return [];
    }
    return list((JSON.parse(text) as { Statement: Statement | Statement[] }).Statement).filter(
        ({ Effect }) => Effect === "Allow",
    );
}

/** What a bucket is to everybody is said in four words, and access lists say nothing. */
export const decidedPublicAccess: ResourceRule = {
    name: "decided-public-access",
    description: "What everybody may do with a bucket is decided by its policy alone, and is to read what is marked.",
    violations: ({ type, props }) => {
        if (type === ACCESS) {
            const words = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
            const open = ["blockPublicAcls", "ignorePublicAcls"].filter(
                (word) => known(() => props[word] === true) === false,
            );
            const silent = words.filter((word) => known(() => props[word] === undefined) === true);
            return [
                ...silent.map((word) => `It does not say ${word}.`),
                ...open
                    .filter((word) => !silent.includes(word))
                    .map((word) => `Access lists may open it: ${word} is not true.`),
            ];
        }
        if (type !== POLICY) {
            return [];
        }
        return allowed(props["policy"])
            .filter(({ Principal }) => Principal === "*" || JSON.stringify(Principal) === '{"AWS":"*"}')
            .flatMap(({ Action, Condition }) => [
                ...(list(Action).every((action) => action === "s3:GetObject")
                    ? []
                    : ["It lets everybody do more than read an object."]),
                ...(Condition === undefined ? ["It lets everybody read every object, marked or not."] : []),
            ]);
    },
};

export const keptObjects: ResourceRule = {
    name: "kept-objects",
    description: "A bucket with objects in it cannot be deleted, and says what becomes of it.",
    violations: ({ type, props, opts }) => {
        if (type !== BUCKET) {
            return [];
        }
        const fate = fateOf(props);
        return [
            ...(known(() => props["forceDestroy"] === true) === true ? ["It is emptied when it is deleted."] : []),
            ...(fate === "keep" || (fate === "refuse" && opts.protect)
                ? []
                : ["It is neither protected nor kept, as its tag OnDestroy has to say: refuse or keep."]),
        ];
    },
};

/** Keys that lie on a machine are for one purpose. */
export const leastPrivilege: ResourceRule = {
    name: "least-privilege",
    description: "A user of the account may do what is named, with what is named.",
    violations: ({ type, props }) =>
        type !== USER_POLICY
            ? []
            : allowed(props["policy"]).flatMap(({ Action, Resource }) => [
                  ...(list(Action).some((action) => action.includes("*")) ? ["It allows actions by a pattern."] : []),
                  ...(list(Resource).includes("*") && !list(Action).every((action) => action === "s3:ListAllMyBuckets")
                      ? ["It allows something with everything in the account."]
                      : []),
              ]),
};
