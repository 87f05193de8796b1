import { costs } from "../../scripts/cost/price";
import { configured, program } from "./aws-stacks";
import { opened, violations } from "./policy";
import { record } from "./recorder";
import { RecordedStack } from "./recorded-stack";
import { nameOf } from "./rules";

type Keys = Record<string, unknown>;

const NAME = "www.example.org";
const ARN = "arn:aws:acm:eu-central-1:123456789012:certificate/0123-abcd";
const ZONE = "Z0123456789ABC";

const balanced = (stack: string, loadBalancer: Keys, machine: Keys = {}, keys: Keys = {}) =>
    configured(stack, machine, {
        "science-stacks:serverName": NAME,
        "science-stacks:loadBalancer": loadBalancer,
        ...keys,
    });

/** With what a load balancer is asked for besides. */
class Stack extends RecordedStack {
    inputsOf = (type: string) => this.ofType(type).map(({ inputs }) => opened(inputs) as Keys);
    balancer = () => this.ofType("lb/loadBalancer:LoadBalancer")[0]!;
    /** Who is let in, and where: the group or machine whose rule it is, the port, and whom. */
    openings = () =>
        this.inputsOf("SecurityGroupIngressRule").map(
            ({ securityGroupId, fromPort, cidrIpv4, cidrIpv6, referencedSecurityGroupId }) => [
                securityGroupId,
                fromPort,
                cidrIpv4 ?? cidrIpv6 ?? referencedSecurityGroupId,
            ],
        );
}

const [MACHINE, BALANCER] = ["machine-group-id", "load-balancer-group-id"];

describe.each([
    ["EOxServer", "eoxserver-prod", "site-files", "/instance00/", [443]],
    ["OMERO.web", "omero-web-prod", "site-files", "/webclient/login/", [443]],
    ["DCOR", "dcor-prod", "site-nginx-files", "/api/3/action/status_show", [443]],
])("a load balancer before %s", (_, name, site, page, ports) => {
    describe.each([
        ["a preview", true],
        ["an up", false],
    ])("in %s", (_, preview) => {
        let stack: Stack;
        beforeAll(async () => {
            stack = await Stack.of(program(balanced(name, { hostedZoneId: ZONE })), preview);
        });

        test("keeps to the policies", () => expect(violations(stack.resources)).toEqual([]));

        test("makes these resources", () => {
            const own = stack.resources.filter(({ name }) => name.startsWith("load-balancer"));
            expect(
                own.map(({ type, name, options }) => `${nameOf(options.parent)} > ${name} (${type})`).sort(),
            ).toMatchSnapshot();
            // Amazon has names of 32 characters for these, of which Pulumi adds eight.
            for (const { name } of [...stack.ofType("lb/loadBalancer:LoadBalancer"), ...stack.ofType(":TargetGroup")]) {
                expect(name.length).toBeLessThanOrEqual(24);
            }
        });

        test("is reached from the internet, drops what is no header, and cannot be deleted by accident", () => {
            const { inputs, options } = stack.balancer();
            expect(opened(inputs)).toMatchObject({
                ...{ loadBalancerType: "application", internal: false, dropInvalidHeaderFields: true },
                ...{ preserveHostHeader: true, enableDeletionProtection: true },
            });
            expect(options.protect).toBe(true);
            expect(stack.before(stack.balancer())).toEqual(
                expect.arrayContaining(["machine-internet", "load-balancer-routes-of-subnet-2"]),
            );
            if (!preview) {
                expect(inputs["subnets"]).toEqual(["load-balancer-subnet-1-id", "load-balancer-subnet-2-id"]);
                expect(inputs["securityGroups"]).toEqual([BALANCER]);
            }
        });

        test("listens by TLS, and hands on to the machine by TLS; plain HTTP is led to the name alone", () => {
            const listeners = stack.inputsOf(":Listener");
            expect(
                listeners
                    .filter(({ protocol }) => protocol === "HTTPS")
                    .map(({ port, sslPolicy }) => [port, sslPolicy]),
            ).toEqual(ports.map((port) => [port, "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"]));
            expect(listeners.filter(({ protocol }) => protocol !== "HTTPS")).toMatchObject([
                {
                    ...{ port: 80, protocol: "HTTP" },
                    defaultActions: [
                        {
                            type: "redirect",
                            redirect: { protocol: "HTTPS", host: NAME, port: "443", statusCode: "HTTP_301" },
                        },
                    ],
                },
            ]);
            expect(
                stack.inputsOf(":TargetGroup").map(({ protocol, port, targetType }) => [protocol, port, targetType]),
            ).toEqual(ports.map((port) => ["HTTPS", port, "instance"]));
            expect(stack.inputsOf(":TargetGroup")[0]).toMatchObject({
                healthCheck: { protocol: "HTTPS", path: page, matcher: "200" },
            });
            if (!preview) {
                expect(stack.inputsOf(":TargetGroupAttachment").map(({ targetId }) => targetId)).toEqual(
                    ports.map(() => "machine-id"),
                );
            }
        });

        test("has a certificate of ACM for the name, shown to be one's own by a record, and the name leads to it", () => {
            expect(stack.inputsOf("acm/certificate:Certificate")).toMatchObject([
                { domainName: NAME, validationMethod: "DNS" },
            ]);
            if (!preview) {
                expect(opened(stack.named("load-balancer-certificate-record").inputs)).toMatchObject({
                    ...{ zoneId: ZONE, name: "_a.www.example.org", type: "CNAME" },
                    records: ["_b.acm-validations.aws"],
                });
                expect(stack.named("load-balancer-443-listener").inputs["certificateArn"]).toMatch(
                    /certificate\/made$/,
                );
                expect(opened(stack.named("load-balancer-record").inputs)).toMatchObject({
                    ...{ zoneId: ZONE, name: NAME, type: "A" },
                    aliases: [{ name: "balancer.example.org", zoneId: "Z-OF-AMAZON" }],
                });
            }
        });

        if (!preview) {
            test("is alone let in to the machine's pages, and lets in whom the configuration names", () => {
                const openings = stack.openings().filter(([, port]) => port !== 22);
                expect(openings.filter(([group]) => group === MACHINE)).toEqual(
                    ports.map((port) => [MACHINE, port, BALANCER]),
                );
                expect(openings.filter(([group]) => group === BALANCER)).toEqual(
                    [80, ...ports].flatMap((port) => ["0.0.0.0/0", "::/0"].map((cidr) => [BALANCER, port, cidr])),
                );
                expect(
                    stack
                        .inputsOf("SecurityGroupEgressRule")
                        .filter(({ securityGroupId }) => securityGroupId === BALANCER)
                        .map(({ fromPort, referencedSecurityGroupId }) => [fromPort, referencedSecurityGroupId]),
                ).toEqual(ports.map((port) => [port, MACHINE]));
            });

            test("is what the web server takes the users' addresses from, and no other", () => {
                const text = stack.text(site);
                const wanted = /(?:set_real_ip_from|RemoteIPInternalProxy) ([^;\n]+)/g;
                expect([...text.matchAll(wanted)].map(([, network]) => network)).toEqual([
                    "10.82.0.0/25",
                    "10.82.0.128/25",
                ]);
                expect(text).toContain("10.80.0.10");
                expect(text).not.toContain("198.51.100.7");
            });

            test("keeps connections for as long as an answer may take, and the machine a little longer", () => {
                const idle = Number(stack.balancer().inputs["idleTimeout"]);
                const kept = /(?:^keepalive_timeout|KeepAliveTimeout) (\d+)/m.exec(stack.text(site));
                const waits = /(?:proxy_read_timeout|ProxyTimeout) (\d+)/.exec(stack.text(site));
                expect([Number(waits![1]), Number(kept![1])]).toEqual([idle - 10, idle + 10]);
            });

            test("is found by the health check under the name, with a certificate that all systems know", () => {
                const asked = JSON.parse(stack.text("health")) as Keys;
                expect(asked).not.toHaveProperty("certificatePem");
                expect(asked).not.toHaveProperty("connectTo");
                expect(JSON.stringify(asked["requests"])).toContain(`https://${NAME}${page}`);
                expect(stack.before("health")).toEqual(
                    expect.arrayContaining([
                        "load-balancer-443-listener",
                        "load-balancer-record",
                        "load-balancer-443-in",
                    ]),
                );
            });

            test("is among the outputs, and the machine's own certificate is not", () => {
                expect(stack.outputs["loadBalancer"]).toBeDefined();
                expect(stack.outputs["certificate"]).toBeUndefined();
            });
        }
    });
});

test("DCOR's object store is behind it at its own port, and DCOR's workers ask it on the machine", async () => {
    const minio = { mode: "minio", port: 9443 };
    const config = balanced("dcor-prod", { hostedZoneId: ZONE }, {}, { "science-stacks:objectStore": minio });
    const stack = await Stack.of(program(config));
    expect(stack.inputsOf(":TargetGroup").map(({ port, healthCheck }) => [port, healthCheck])).toEqual([
        [443, expect.objectContaining({ path: "/api/3/action/status_show" })],
        [9443, expect.objectContaining({ path: "/", matcher: "403" })],
    ]);
    expect(stack.openings().filter(([group, port]) => group === MACHINE && port !== 22)).toEqual([
        [MACHINE, 443, BALANCER],
        [MACHINE, 9443, BALANCER],
    ]);
    expect(stack.balancer().inputs["idleTimeout"]).toBe(510);
    expect(stack.text("dcor-configuration")).toContain(`127.0.0.1 ${NAME} # DCOR`);
    expect(stack.text("dcor-configuration")).toContain("-----BEGIN CERTIFICATE-----");
    expect(stack.outputs["access"]).toBeUndefined();
    expect(violations(stack.resources)).toEqual([]);
});

test("a certificate that is there is shown; without a hosted zone there is no record, and the load balancer is asked by its own name", async () => {
    const stack = await Stack.of(program(balanced("omero-web-prod", { certificateArn: ARN, oldestTls: "TLSv1.3" })));
    expect(stack.named("load-balancer-443-listener").inputs).toMatchObject({
        certificateArn: ARN,
        sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
    });
    expect([...stack.ofType("acm/certificate:Certificate"), ...stack.ofType("route53/record:Record")]).toEqual([]);
    expect(stack.text("health")).toContain('"connectTo": "balancer.example.org"');
    expect(violations(stack.resources)).toEqual([]);
});

test("beside servers that Amazon runs it has subnets of its own, which alone lead to the internet", async () => {
    const elasticache = { "science-stacks:redis": { elasticache: {} } };
    const stack = await Stack.of(program(balanced("dcor-prod", { certificateArn: ARN }, {}, elasticache)));
    expect(stack.inputsOf("VpcIpv4CidrBlockAssociation").map(({ cidrBlock }) => cidrBlock)).toEqual([
        "10.82.0.0/24",
        "10.81.0.0/24",
    ]);
    expect(stack.ofType("RouteTableAssociation").map(({ name }) => name)).toEqual([
        "machine-routes-of-subnet",
        "load-balancer-routes-of-subnet-1",
        "load-balancer-routes-of-subnet-2",
    ]);
    expect(violations(stack.resources)).toEqual([]);
});

test("OMERO.web's machines are behind it by way of the first one", async () => {
    const data = { onDestroy: "keep" };
    const app = { machine: { platform: "aws", account: "123456789012", region: "eu-central-1" }, data };
    const keys = { "science-stacks:applications": { app1: app, app2: app } };
    const stack = await Stack.of(program(balanced("omero-web-prod", { certificateArn: ARN }, {}, keys)));
    expect(stack.inputsOf(":TargetGroupAttachment").map(({ targetId }) => targetId)).toEqual(["machine-id"]);
    expect(stack.openings().filter(([, , whom]) => whom === BALANCER)).toEqual([[MACHINE, 443, BALANCER]]);
    expect(stack.text("app1-omero-web-configuration")).toContain(`"https://${NAME}"`);
    expect(violations(stack.resources)).toEqual([]);
});

test("an instance behind an access control is in order when it asks who one is", async () => {
    const accessControl = { paths: ["/instance00"], pathDirectives: "AuthBasicProvider file" };
    const keys = { "science-stacks:accessControl": accessControl };
    const stack = await Stack.of(program(balanced("eoxserver-prod", { certificateArn: ARN }, {}, keys)));
    expect(stack.inputsOf(":TargetGroup")[0]).toMatchObject({ healthCheck: { matcher: "302,303,307,401,403" } });
});

describe("in a network that is there already", () => {
    const subnetIds = ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"];
    const network = { existing: { subnetId: "subnet-0123456789abcdef0", public: false } };
    const keys = { certificateArn: ARN, subnetIds, onDestroy: "delete" };
    const looked = "aws:ec2/getSubnet:getSubnet";

    test("it is in the subnets that are given, and may be deleted where the configuration says so", async () => {
        const stack = await Stack.of(program(balanced("eoxserver-prod", keys, { network })));
        expect(stack.balancer().inputs).toMatchObject({ enableDeletionProtection: false });
        expect(stack.balancer().options.protect).toBe(false);
        expect(stack.inputsOf("ec2/subnet:Subnet")).toEqual([]);
        expect(stack.text("site-files")).toContain("RemoteIPInternalProxy 172.31.16.0/20\n");
        expect(violations(stack.resources)).toEqual([]);
    });

    test("subnets of which none is in the machine's zone are refused", async () => {
        let zone = 0;
        const answers = {
            [looked]: {
                ...{ id: "subnet-0123456789abcdef0", vpcId: "vpc-0123456789abcdef0", cidrBlock: "172.31.16.0/20" },
                get availabilityZone() {
                    return `eu-central-1${"abc"[zone++ % 3]}`;
                },
            },
        };
        const run = program(balanced("eoxserver-prod", keys, { network }));
        const error = async () => {
            try {
                return await run();
            } catch (caught) {
                return String(caught);
            }
        };
        const { outputs, resources } = await record(error, true, answers);
        expect(outputs).toMatch(
            /loadBalancer\.subnetIds: none of these subnets is in eu-central-1[ab], the machine's zone/,
        );
        expect(resources.filter(({ type }) => type.startsWith("aws:lb/"))).toEqual([]);
    });
});

test("a machine of another zone has a load balancer in its own zone, and the region's first", async () => {
    const network = { args: { availabilityZone: "eu-central-1c" } };
    const stack = await Stack.of(program(balanced("eoxserver-prod", { certificateArn: ARN }, { network })));
    const own = stack.ofType("ec2/subnet:Subnet").filter(({ name }) => name.startsWith("load-balancer-"));
    expect(own.map(({ inputs }) => inputs["availabilityZone"])).toEqual(["eu-central-1c", "eu-central-1a"]);
});

test("the bill has the load balancer's hours, its use, and its addresses", async () => {
    const { resources } = await Stack.of(program(balanced("eoxserver-prod", { hostedZoneId: ZONE })), true);
    const bill = costs(resources, "us-east-1").filter(({ resource }) => resource.startsWith("load-balancer"));
    expect(bill.map(({ what, usd }) => [what, usd])).toEqual([
        ["application load balancer", 0.0225 * 730],
        ["capacity units of a load balancer, by use", undefined],
        ["public IPv4 address, two of the load balancer", 0.005 * 2 * 730],
        ["queries of Route 53, by use", undefined],
    ]);
});
