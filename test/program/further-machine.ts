import type { ParsedConfig } from "../../stacks/config/parse";
import { configured, OWN, program } from "./aws-stacks";
import { violations } from "./policy";
import { RecordedStack } from "./recorded-stack";

/** A machine that a stack has for one service. */
interface Service {
    /** What it is called after the stack. */
    role: string;
    /** What its clients reach. */
    port: number;
}

/** What is so of each of them, of a stack in which its volume has 7 GiB. @param request the step's name that asks for its certificate */
export function testFurtherMachine(
    stack: () => RecordedStack,
    { role, port, request, outputs }: Service & { request: string; outputs: string[] },
): void {
    test("is on a machine that is named by the stack, with a volume of its own", () => {
        const name = `eoxserver-test-${role}`;
        expect(stack().text(`${role}-machine-guest`)).toContain(`machine=${name}\nstack=eoxserver-test\n`);
        expect(stack().text("machine-guest")).toContain("machine=eoxserver-test\nstack=eoxserver-test\n");
        expect(stack().text(`${role}-data-disk`)).toContain(`disk=${name}-data\n`);
        expect(stack().text(`${role}-data-disk`)).toContain("size_gib=7");
        expect(stack().text(`${role}-data-mount`)).toContain(`owner=${name}\n`);
        expect(Object.keys(stack().outputs)).toEqual(expect.arrayContaining(outputs));
    });

    test("lets the first machine's address in, and nobody else, and has a certificate for its own", () => {
        const rules = stack().text(`${role}-firewall-trial`);
        expect(rules.match(/dport \d+/g)).toEqual([`dport ${port}`, "dport 22"]);
        expect(rules).toContain(`ip saddr 10.77.0.10/32 tcp dport ${port} accept`);
        expect(stack().text("firewall-trial")).not.toContain(`dport ${port} `);
        expect(stack().named(request).inputs).toMatchObject({ ipAddresses: ["10.77.0.10"] });
    });
}

/** `machine` and `data` of such a machine on AWS. */
export const MACHINE_ON_AWS = {
    machine: { platform: "aws", account: OWN.account, region: "eu-central-1", instanceType: "t3.medium" },
    data: { onDestroy: "keep" },
};

/** What is so of it on AWS. @param clients the machines that reach it */
export function describeOnAws(
    name: string,
    keys: Record<string, unknown>,
    { role, port, clients = ["eoxserver-test"] }: Service & { clients?: string[] },
): void {
    describe.each([
        ["a preview", true],
        ["an up", false],
    ])(`on AWS, ${role} of ${name}, in %s`, (_, preview) => {
        let stack: RecordedStack;
        beforeAll(async () => {
            const config: ParsedConfig = configured(name, {}, keys);
            stack = await RecordedStack.of(program(config), preview);
        });

        test("keeps to the policies", () => expect(violations(stack.resources)).toEqual([]));

        test("is in the subnet and the account of the others, with a security group of its own", () => {
            const instances = stack.ofType("ec2/instance:Instance");
            const own = instances.find((each) => each.name === `${role}-machine`);
            expect(own?.inputs["tags"]).toEqual({ Name: `eoxserver-test-${role}` });
            for (const type of ["ec2/vpc:Vpc", "ec2/subnet:Subnet", "providers:aws"]) {
                expect([type, stack.ofType(type)]).toEqual([type, [expect.anything()]]);
            }
            expect(stack.namesOf("ec2/securityGroup:SecurityGroup").sort()).toEqual(
                instances.map((each) => `${each.name}-group`).sort(),
            );
        });

        test("is reached by its clients' private addresses, and by the administrators' SSH", () => {
            const rules = stack
                .ofType("SecurityGroupIngressRule")
                .filter((rule) => rule.name.startsWith(`${role}-firewall-`));
            expect(rules.map((rule) => rule.name)).toEqual([
                ...clients.map((client) => `${role}-firewall-${port}-${client}`),
                ...OWN.ssh.map((cidr) => `${role}-firewall-22-${cidr}`),
            ]);
            if (!preview) {
                expect(rules[0]!.inputs).toMatchObject({ fromPort: port, toPort: port, cidrIpv4: "10.80.0.10/32" });
            }
        });

        test("has a volume with snapshots of its own", () => {
            const { tags } = stack.named(`${role}-data-volume`).inputs as { tags: object };
            expect(tags).toMatchObject({ Name: `eoxserver-test-${role}-data`, OnDestroy: "keep" });
            const policy = stack.named(`${role}-machine-snapshots`).inputs["policyDetails"];
            expect(tags).toMatchObject((policy as { targetTags: object }).targetTags);
        });
    });
}
