import { z } from "zod";
import { checkedText, cidr, hostName, port, secretText, text, webAddress, wholeNumber } from "../field";
import { networkOf } from "../network";
import type { Given, RelatedComplaint, Rule } from "../rule";

/** Of a VPC that is made, where the configuration says nothing. */
export const OWN_NETWORK = "10.80.0.0/24";

/** What Amazon calls things: a prefix and a number. */
const id = (kind: string) =>
    text(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), `an id of AWS, e.g. "${kind}-0123456789abcdef0"`);

export const hostedZone = () => text(/^Z[A-Z0-9]{5,31}$/, 'the id of a hosted zone, e.g. "Z0123456789ABC"');

/**
 * The families that the images of both distributions run on, of which a disk is found by its NVMe serial number (Nitro):
 * x86-64, and new enough.
 */
const INSTANCE_TYPE = /^(t3a?|[cmr]([5-9]|\d\d)[a-fh-z]*)\.(\d*x?large|micro|small|medium|metal)$/;

const instanceType = () =>
    checkedText((value) =>
        INSTANCE_TYPE.test(value) ? undefined : { reason: "this is no instance type that the stacks run on" },
    ).meta({ allowed: 'a type for x86-64 of the families t3, c5, m5, r5 or later ones of these, e.g. "t3.large"' });

/** What is there already, or what is made: the rules below see to it that only one of the two is given. */
const network = () =>
    z
        .strictObject({
            args: z
                .strictObject({
                    cidr: cidr(OWN_NETWORK).default(OWN_NETWORK).meta({
                        description: "The VPC's IPv4 network, /16 to /28, which its one subnet has as well.",
                    }),
                    availabilityZone: text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'a zone of the region, e.g. "eu-central-1a"')
                        .optional()
                        .meta({
                            description: "Where the machine and its volumes are.",
                            defaultText: "the region's first, e.g. `eu-central-1a`",
                        }),
                })
                .optional()
                .meta({ description: "A VPC of its own.", defaultText: "one with the defaults of these keys" }),
            existing: z
                .strictObject({
                    subnetId: id("subnet").meta({ description: "The subnet; its VPC and zone are looked up." }),
                    public: z
                        .boolean()
                        .default(true)
                        .meta({
                            description:
                                "The subnet has a route from the internet, and the machine gets an Elastic IP. Else it is " +
                                "reached at its private address.",
                        }),
                })
                .optional()
                .meta({ description: "A subnet that is there already.", defaultText: "none" }),
        })
        .prefault({})
        .meta({ description: "Where the machine is. Give `args` or `existing`, or neither." });

const key = () =>
    z
        .strictObject({
            name: text(/^[\x20-\x7e]{1,255}$/, "the name of a key pair").meta({ description: "Its name in EC2." }),
            privateKey: secretText().meta({
                secret: true,
                allowed: "the text of a private key without a passphrase",
                description: "Its private key.",
            }),
        })
        .optional()
        .meta({ description: "A key pair that is there already.", defaultText: "one that the stack makes" });

const sessionManager = () =>
    z
        .strictObject({
            localPort: port().default(22022).meta({
                description: "Port of this computer that `npm run tunnel -- <stack>` opens.",
            }),
            agent: z
                .strictObject({
                    url: webAddress(
                        "https://s3.eu-central-1.amazonaws.com/amazon-ssm-eu-central-1/…/amazon-ssm-agent.deb",
                    ).meta({
                        description: "Address of the package `amazon-ssm-agent.deb`.",
                    }),
                    sha256: text(/^[0-9a-f]{64}$/, "64 hexadecimal digits").meta({
                        description: "Its checksum: the agent is installed only when it fits.",
                    }),
                })
                .optional()
                .meta({ description: "The agent, for an image that has none.", defaultText: "the image's own" }),
        })
        .optional()
        .meta({
            description:
                "Log-in through AWS Session Manager instead of SSH from `firewall.ssh`: no port is open for it.",
            defaultText: "none: SSH",
        });

/** A virtual machine of AWS. */
export const awsMachine = () =>
    z.strictObject({
        platform: z.literal("aws").meta({ description: "An EC2 instance." }),
        account: text(/^\d{12}$/, "the twelve digits of an AWS account, in quotes").meta({
            description: "The account that everything is made in. With the credentials of another one, nothing is.",
        }),
        region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region, e.g. "eu-central-1"').meta({
            description: "The region that everything is made in.",
        }),
        image: z.enum(["debian-12", "ubuntu-24.04"]).default("debian-12").meta({
            description:
                "The operating system: the newest official image when the machine is made. Another is another machine.",
        }),
        ami: id("ami").optional().meta({
            description: "An image of `image`'s release instead of the official one. Another is another machine.",
            defaultText: "the newest official one when the machine is made, and no newer one later",
        }),
        generation: wholeNumber(1, 9999)
            .default(1)
            .meta({
                description:
                    "Count it up to have the machine replaced by a new one of the newest image. The address and the volumes, " +
                    "with all that is on them, are the new one's.",
            }),
        instanceType: instanceType().default("t3.large").meta({
            description: "Processors and memory. A change stops the machine and starts it again.",
        }),
        rootGiB: wholeNumber(10, 1024).default(30).meta({ unit: "GiB", description: "Size of the root volume." }),
        network: network(),
        key: key(),
        sessionManager: sessionManager(),
        volumes: z
            .strictObject({
                data: id("vol").optional().meta({
                    description:
                        "A data volume that an earlier stack kept, in the subnet's zone, taken over with all that is on it.",
                    defaultText: "one that the stack makes",
                }),
            })
            .prefault({})
            .meta({ description: "Volumes that are there already." }),
        kmsKeyArn: text(/^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/, "the ARN of a key of KMS")
            .optional()
            .meta({
                description: "What the volumes are encrypted with.",
                defaultText: "the account's key for EBS",
            }),
        snapshots: z
            .strictObject({
                keep: wholeNumber(0, 365)
                    .default(7)
                    .meta({ description: "How many daily snapshots are kept; 0 makes none." }),
                time: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time, e.g. "02:00"')
                    .default("02:00")
                    .meta({
                        description: "When they are made, UTC.",
                    }),
            })
            .prefault({})
            .meta({ description: "Snapshots of the data volume." }),
        dns: z
            .strictObject({
                zoneId: hostedZone().meta({ description: "The hosted zone of Route 53." }),
                name: hostName().meta({ description: "The name that gets the machine's address." }),
            })
            .optional()
            .meta({ description: "A record of Route 53 for the machine.", defaultText: "none" }),
        detailedMonitoring: z.boolean().default(false).meta({
            description: "CloudWatch's figures each minute instead of each five; costs extra.",
        }),
        tags: z.record(z.string(), z.string()).default({}).meta({
            allowed: "names and values of tags",
            description: "Tags of everything, besides Project, Stack and Name, e.g. Owner.",
        }),
    });

/** The zone of a machine whose zone is not given. */
export const firstZone = (region: string) => `${region}a`;

const isAws = (given: Given) => given("machine", "platform") === "aws";

/** What is there already is used or something is made, never both. */
const networkRule: Rule = (given) => {
    if (!isAws(given)) {
        return [];
    }
    const isSet = (kind: string) => given("machine", "network", kind) !== undefined;
    const both = {
        path: ["machine", "network"],
        reason: "both a subnet that is there already and one that is to be made are described",
        advice: "Give `existing` or `args`, not both.",
    };
    const region = given("machine", "region");
    const zone = given("machine", "network", "args", "availabilityZone");
    const elsewhere = typeof zone === "string" && typeof region === "string" && !zone.startsWith(region);
    const size = networkOf(given("machine", "network", "args", "cidr"));
    return [
        ...(isSet("args") && isSet("existing") ? [both] : []),
        ...(elsewhere
            ? [
                  argument(
                      "availabilityZone",
                      `it is not in the region ${region}`,
                      `Give a zone of ${region}, e.g. "${region}a".`,
                  ),
              ]
            : []),
        ...(size !== undefined && (size.family === 6 || size.prefix < 16 || size.prefix > 28)
            ? [argument("cidr", "a VPC cannot have it", "Give an IPv4 network from /16 to /28.")]
            : []),
    ];
};

const argument = (key: string, reason: string, advice: string): RelatedComplaint => ({
    path: ["machine", "network", "args", key],
    reason,
    advice,
});

/** One way in, and only one: SSH from named networks, or Session Manager. */
const loginRule: Rule = (given) => {
    if (!isAws(given)) {
        return [];
    }
    const [ssh, manager] = [given("firewall", "ssh"), given("machine", "sessionManager")];
    if (ssh === undefined && manager === undefined) {
        const advice =
            'Give the networks of your administrators, e.g. ["192.0.2.0/24"], or set machine.sessionManager, and no port is open.';
        return [{ path: ["firewall", "ssh"], reason: "it must be set: on AWS there is no default", advice }];
    }
    if (ssh !== undefined && manager !== undefined) {
        const reason = "with machine.sessionManager no port is open for SSH";
        return [{ path: ["firewall", "ssh"], reason, advice: "Leave one of the two out." }];
    }
    const image = given("machine", "image") ?? "debian-12";
    const agent = given("machine", "sessionManager", "agent");
    return manager !== undefined && agent === undefined && image === "debian-12"
        ? [
              {
                  path: ["machine", "sessionManager", "agent"],
                  reason: "it must be set: Debian's image has no agent of Session Manager",
                  advice: "Give the address and the checksum of its package; docs/aws.md says how to get them.",
              },
          ]
        : [];
};

/** A volume with data is never deleted by a command for the whole stack. */
const dataRule: Rule = (given) => {
    const onDestroy = given("data", "onDestroy");
    if (!isAws(given) || onDestroy === "keep" || onDestroy === "refuse") {
        return [];
    }
    const reason =
        onDestroy === undefined ? "it must be set on AWS" : "on AWS the data volume is never deleted with the stack";
    return [{ path: ["data", "onDestroy"], reason, advice: 'Allowed: "refuse", "keep".' }];
};

export const awsMachineRules: readonly Rule[] = [networkRule, loginRule, dataRule];
