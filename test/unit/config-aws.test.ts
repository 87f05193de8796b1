import { parse, refused } from "./config-given";

const machine = { platform: "aws", account: "123456789012", region: "eu-central-1" };
const least = { firewall: { ssh: ["192.0.2.0/24"] }, data: { onDestroy: "refuse" } };
const agent = { url: "https://agents.example.org/agent.deb", sha256: "0".repeat(64) };

const aws = (keys: object, more: object = {}) => ({ ...least, machine: { ...machine, ...keys }, ...more });

test("a stack on AWS needs an account, a region, who may log in, and what becomes of its data", () => {
    expect(parse(aws({})).machine).toMatchObject({ image: "debian-12", generation: 1, network: {}, rootGiB: 30 });
    const problems = refused({ machine: { platform: "aws" } }).problems.map(({ key }) => key);
    expect(problems.sort()).toEqual(["data.onDestroy", "firewall.ssh", "machine.account", "machine.region"]);
});

test("nobody may log in by SSH, and the administration page is closed, where Session Manager leads to the machine", () => {
    const { firewall, eoxserver } = parse(aws({ sessionManager: { agent } }, { firewall: {} }));
    expect([firewall.ssh, eoxserver.admin.cidrs]).toEqual([[], []]);
});

describe("on AWS is refused with its key, its reason and what is allowed", () => {
    const network = (keys: object) => ({ network: { args: keys } });
    const existing = { subnetId: "subnet-0123456789abcdef0" };
    test.each<[string, Record<string, unknown>, string, RegExp, RegExp]>([
        ["an account as a number", aws({ account: 123456789012 }), "machine.account", /quotes/, /twelve digits/],
        ["a short account", aws({ account: "1234" }), "machine.account", /form/, /twelve digits/],
        ["a zone for a region", aws({ region: "eu-central-1a" }), "machine.region", /form/, /"eu-central-1"/],
        ["an ARM instance", aws({ instanceType: "t4g.large" }), "machine.instanceType", /no instance type/, /x86-64/],
        ["one of Graviton", aws({ instanceType: "m7g.large" }), "machine.instanceType", /no instance type/, /x86-64/],
        ["one without NVMe disks", aws({ instanceType: "t2.large" }), "machine.instanceType", /no instance type/, /t3/],
        ["an image that there is not", aws({ image: "debian-11" }), "machine.image", /none of those/, /"ubuntu-24.04"/],
        [
            "a network twice",
            aws({ network: { args: {}, existing } }),
            "machine.network",
            /both/,
            /`existing` or `args`, not both/,
        ],
        [
            "a zone of elsewhere",
            aws(network({ availabilityZone: "us-east-1a" })),
            "machine.network.args.availabilityZone",
            /not in the region eu-central-1/,
            /"eu-central-1a"/,
        ],
        ["too large a VPC", aws(network({ cidr: "10.0.0.0/8" })), "machine.network.args.cidr", /VPC/, /\/16 to \/28/],
        [
            "two ways in",
            aws({ sessionManager: { agent } }),
            "firewall.ssh",
            /no port is open/,
            /Leave one of the two out/,
        ],
        [
            "Session Manager without an agent",
            aws({ sessionManager: {} }, { firewall: {} }),
            "machine.sessionManager.agent",
            /Debian's image has no agent/,
            /docs\/aws\.md/,
        ],
        [
            "data that goes with the stack",
            aws({}, { data: { onDestroy: "delete" } }),
            "data.onDestroy",
            /never deleted/,
            /"refuse", "keep"/,
        ],
        [
            "a key in plain text",
            aws({ key: { name: "ours", privateKey: "readable" } }),
            "machine.key.privateKey",
            /plain text/,
            /Encrypt it/,
        ],
    ])("%s", (_, keys, key, reason, advice) => {
        const problem = refused(keys).problems.find((each) => each.key === key);
        expect(problem).toBeDefined();
        expect(problem!.reason).toMatch(reason);
        expect(problem!.advice).toMatch(advice);
    });
});

test.each(["t3.micro", "t3a.large", "m5.xlarge", "m6i.2xlarge", "c7a.large", "r5d.24xlarge", "m5.metal"])(
    "the instance type %s is taken",
    (instanceType) => {
        expect(parse(aws({ instanceType })).machine).toMatchObject({ instanceType });
    },
);

test("Ubuntu's image has the agent of Session Manager", () => {
    expect(parse(aws({ image: "ubuntu-24.04", sessionManager: {} }, { firewall: {} })).machine).toMatchObject({
        sessionManager: { localPort: 22022 },
    });
});
