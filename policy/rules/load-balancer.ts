import { fateOf, known, wrongWith, type ResourceRule, type Wanted } from "../rule";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const TARGETS = "aws:lb/targetGroup:TargetGroup";

const WANTED: readonly Wanted[] = [
    ["loadBalancerType", (value) => value === undefined || value === "application", "It knows nothing of HTTP."],
    ["dropInvalidHeaderFields", (value) => value === true, "It hands on headers that are none."],
    ["desyncMitigationMode", (value) => value !== "monitor", "It hands on requests that can be read in two ways."],
    [
        "xffHeaderProcessingMode",
        (value) => value === undefined || value === "append",
        "It does not say who has sent a request.",
    ],
];

export const loadBalancers: ResourceRule = {
    name: "load-balancers",
    description:
        "A load balancer says who has sent a request, hands on nothing that could be read in two ways, and is not deleted by accident.",
    violations: (resource) => {
        const { type, props } = resource;
        if (type !== BALANCER) {
            return [];
        }
        const isOpen = fateOf(props) === "refuse" && known(() => props["enableDeletionProtection"] === true) === false;
        return [...wrongWith(resource, WANTED), ...(isOpen ? ["Amazon would let it be deleted."] : [])];
    },
};

interface Action {
    type?: string;
    redirect?: { protocol?: string };
}

/** Amazon's policies for TLS 1.3, with 1.2 or without: those that have 1.0 or 1.1 as well are named so. */
const isOfTls12 = (policy: unknown) => /^ELBSecurityPolicy-TLS13-1-[23]-/.test(String(policy));

export const encryptedListeners: ResourceRule = {
    name: "encrypted-listeners",
    description:
        "Users reach a load balancer by TLS 1.2 or 1.3, and plain HTTP leads there; it reaches machines by TLS.",
    violations: ({ type, props }) => {
        if (type === TARGETS) {
            return props["protocol"] === "HTTPS" ? [] : ["It is reached without TLS."];
        }
        if (type !== LISTENER) {
            return [];
        }
        if (props["protocol"] !== "HTTPS") {
            const actions = known(() => (props["defaultActions"] ?? []) as Action[]) ?? [];
            const leads = actions.every((each) => each.type === "redirect" && each.redirect?.protocol === "HTTPS");
            return leads ? [] : ["It answers without TLS."];
        }
        return [
            ...(isOfTls12(props["sslPolicy"]) ? [] : ["It speaks TLS 1.0 or 1.1, or may."]),
            ...(known(() => props["certificateArn"] !== undefined) === false ? ["It has no certificate."] : []),
        ];
    },
};
