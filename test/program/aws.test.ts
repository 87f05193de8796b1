import { parse as parseYaml } from "yaml";
import { ConfigError } from "../../stacks/config/problem";
import { AWS_STACKS, configured, OWN, parsed, program, shippedKeys } from "./aws-stacks";
import { opened, violations } from "./policy";
import { record, SENTINELS, type Recorded } from "./recorder";

const inputsOf = (resources: Recorded[], type: string) =>
    resources.filter((each) => each.type.endsWith(type)).map(({ inputs }) => inputs);

test("comes with a stack for development and one for production of each product", () => {
    expect(AWS_STACKS).toEqual(
        expect.arrayContaining(
            ["dcor", "eoxserver", "omero-web"].flatMap((product) => [`${product}-dev`, `${product}-prod`]),
        ),
    );
});

describe.each(AWS_STACKS)("%s", (stack) => {
    test("names what is the account's own, and nothing else", () => {
        let error: unknown;
        try {
            parsed(stack, shippedKeys(stack));
        } catch (caught) {
            error = caught;
        }
        expect((error as ConfigError).problems.map(({ key }) => key)).toEqual(["machine.account", "firewall.ssh"]);
    });

    describe.each([
        ["a preview", true],
        ["an up", false],
    ])("in %s", (_, preview) => {
        let resources: Recorded[];
        beforeAll(async () => {
            ({ resources } = await record(program(configured(stack)), preview));
        });
        const only = (type: string) => {
            const found = inputsOf(resources, type);
            expect(found).toHaveLength(1);
            return found[0]!;
        };

        test("keeps to the policies", () => {
            expect(resources.length).toBeGreaterThan(40);
            expect(violations(resources)).toEqual([]);
        });

        test("is made in the account that is named, or not at all, and everything says whose it is", () => {
            const { allowedAccountIds, defaultTags } = only("providers:aws");
            expect(JSON.parse(String(allowedAccountIds))).toEqual([OWN.account]);
            expect(JSON.parse(String(defaultTags))).toMatchObject({ tags: { Project: "science-stacks" } });
        });

        test("has an instance with sessions for its metadata, an encrypted disk, and no data of its own", () => {
            expect(only("ec2/instance:Instance")).toMatchObject({
                metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
                rootBlockDevice: { encrypted: true, volumeType: "gp3" },
                userDataReplaceOnChange: true,
                ...(preview ? {} : { ami: "ami-0123456789abcdef0" }),
            });
            const instance = resources.find(({ type }) => type === "aws:ec2/instance:Instance")!;
            expect(instance.inputs["ebsBlockDevices"]).toBeUndefined();
            expect(instance.options.deleteBeforeReplace).toBe(true);
        });

        test("keeps image and user data until a machine is replaced on purpose", () => {
            const kept = resources.filter(({ type }) => type === "pulumi:index:Stash");
            expect(kept.map(({ name }) => name).sort()).toEqual(["machine-image", "machine-user-data"]);
            const boot = resources.find(({ name }) => name === "machine-first-host-key")!;
            expect(new Set([...kept, boot].map(({ options }) => JSON.stringify(options.replacementTrigger))).size).toBe(
                1,
            );
            expect(boot.options.replacementTrigger).toBeDefined();
        });

        test("lets each network in by a rule of its own with a reason, and SSH from the administrators alone", () => {
            const rules = inputsOf(resources, "SecurityGroupIngressRule");
            for (const rule of rules) {
                expect(String(rule["description"])).not.toBe("");
                expect([rule["cidrIpv4"], rule["cidrIpv6"]].filter(Boolean)).toHaveLength(1);
                expect(rule["fromPort"]).toBe(rule["toPort"]);
            }
            const ssh = rules.filter(({ fromPort }) => fromPort === 22);
            expect(ssh.map((rule) => rule["cidrIpv4"] ?? rule["cidrIpv6"])).toEqual(OWN.ssh);
            expect(only(":DefaultSecurityGroup")).toMatchObject({ ingress: [], egress: [] });
        });

        test("has its data on an encrypted volume that no change can replace", () => {
            const volume = resources.find(({ name }) => name === "data-volume")!;
            const { onDestroy } = configured(stack).data;
            expect(volume.inputs).toMatchObject({ type: "gp3", encrypted: true, availabilityZone: "eu-central-1a" });
            expect(volume.options.ignoreChanges).toEqual(["availabilityZone", "encrypted", "kmsKeyId"]);
            expect([volume.options.protect, volume.options.retainOnDelete]).toEqual([
                onDestroy === "refuse",
                onDestroy === "keep",
            ]);
            expect(inputsOf(resources, "VolumeAttachment")[0]).toMatchObject({
                deviceName: "/dev/sdf",
                stopInstanceBeforeDetaching: true,
            });
        });

        test("has daily snapshots of the volumes that bear its tag", () => {
            const policy = only("LifecyclePolicy")["policyDetails"] as { targetTags: Record<string, string> };
            const volume = resources.find(({ name }) => name === "data-volume")!.inputs;
            expect(volume["tags"]).toMatchObject(policy.targetTags);
        });

        test("logs in with a pinned host key that was never in the user data", () => {
            const login = resources.find(({ name }) => name === "machine-first-login")!;
            expect(login.inputs).toMatchObject({ create: "bash scripts/host/first-login.sh", logging: "none" });
            const keys = resources.filter(({ name }) => name.startsWith("machine-") && name.endsWith("host-key"));
            expect(keys.map(({ name }) => name).sort()).toEqual(["machine-first-host-key", "machine-host-key"]);
        });

        test("puts no generated secret outside a secret", () => {
            const plain = (value: unknown) =>
                JSON.stringify(value, (_key, part: unknown) =>
                    typeof part === "object" &&
                    part !== null &&
                    JSON.stringify(part) !== JSON.stringify(opened(part)) &&
                    "value" in part
                        ? "[secret]"
                        : part,
                );
            for (const { name, inputs } of resources) {
                for (const sentinel of SENTINELS) {
                    expect(`${name}: ${plain(inputs)}`).not.toContain(sentinel);
                }
            }
        });
    });
});

describe("an up of eoxserver-prod", () => {
    const recorded = async (machine: object, keys: Record<string, unknown> = {}) =>
        (await record(program(configured("eoxserver-prod", machine as Record<string, unknown>, keys)), false))
            .resources;

    test("finds the data volume by its serial number, which is the volume's id", async () => {
        const resources = await recorded({});
        const mount = resources.find(({ name }) => name === "data-mount")!;
        expect(mount.inputs["stdin"]).toContain(
            "device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_datavolume-id\n",
        );
    });

    test("opens no port for SSH when log-in is by Session Manager, and connects by its tunnel", async () => {
        const agent = { url: "https://agents.example.org/agent.deb", sha256: "0".repeat(64) };
        const resources = await recorded(
            { sessionManager: { localPort: 22022, agent } },
            { "science-stacks:firewall": {} },
        );
        const ports = inputsOf(resources, "SecurityGroupIngressRule").map(({ fromPort }) => fromPort);
        expect(ports).toContain(443);
        expect(ports).not.toContain(22);
        const runner = resources.find(({ name }) => name === "machine-ready-runner")!;
        expect(opened(runner.inputs["connection"])).toMatchObject({ host: "127.0.0.1", port: 22022, user: "admin" });
        expect(violations(resources)).toEqual([]);
    });

    test("makes no network and no key pair where they are there already", async () => {
        const resources = await recorded({
            network: { existing: { subnetId: "subnet-0123456789abcdef0", public: false } },
            key: { name: "ours", privateKey: "encrypted" },
        });
        const types = resources.map(({ type }) => type.split(":").at(-1));
        for (const type of ["Vpc", "Subnet", "InternetGateway", "RouteTable", "KeyPair", "Eip"]) {
            expect(types).not.toContain(type);
        }
        expect(inputsOf(resources, "ebs/volume:Volume")[0]).toMatchObject({ availabilityZone: "eu-central-1b" });
        expect(inputsOf(resources, "ec2/instance:Instance")[0]).toMatchObject({ keyName: "ours" });
    });

    test("takes over a volume that an earlier stack kept, and makes none", async () => {
        const resources = await recorded({ volumes: { data: "vol-0123456789abcdef0" } });
        expect(inputsOf(resources, "ebs/volume:Volume")).toEqual([]);
        expect(inputsOf(resources, "VolumeAttachment")).toMatchObject([{ volumeId: "vol-0123456789abcdef0" }]);
        expect(resources.find(({ name }) => name === "data-mount")!.inputs["stdin"]).toContain(
            "nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0\n",
        );
    });

    test("looks up no image when one is named, and replaces the machine for another one", async () => {
        const trigger = async (machine: object) =>
            (await recorded(machine)).find(({ name }) => name === "machine-image")!;
        const [own, newer] = [await trigger({ ami: "ami-00000000000000001" }), await trigger({ generation: 2 })];
        expect(own.inputs["input"]).toBe("ami-00000000000000001");
        expect(newer.options.replacementTrigger).not.toEqual(own.options.replacementTrigger);
    });

    test("has what the first boot needs in its user data, as cloud-init reads it", async () => {
        const resources = await recorded({}, { "science-stacks:mirrors": { apt: "http://mirror.example.org/debian" } });
        const text = opened(inputsOf(resources, "ec2/instance:Instance")[0]!["userData"]) as string;
        expect(text).toMatch(/^#cloud-config\n/);
        expect(parseYaml(text)).toMatchObject({
            user: "admin",
            ssh_pwauth: false,
            ssh_keys: { ed25519_private: `${SENTINELS[1]}\n` },
            apt: { primary: [{ arches: ["default"], uri: "http://mirror.example.org/debian" }] },
        });
    });
});
