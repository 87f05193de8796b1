import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime";

/** A resource as a stack registered it. */
export interface Recorded {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
    options: pulumi.CustomResourceOptions;
}

/** Texts that stand for generated secrets: they must turn up nowhere but inside secrets. */
export const SENTINELS = ["generated-password-sentinel", "private-key-sentinel"];

/** How a value that is secret is sent. */
export const SECRET_MARK = "4dabf18193072939515e22adb298388d";
const secret = (value: string) => ({ [SECRET_MARK]: "1b47061264138c4ac30d75fd1eb44270", value });

/** For nobody, until the year 2126: a program may look into what the provider gives. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUfUM7Hw9/4oBTptvaCVqAFsdwK4wwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjExMTA0MDNaGA8yMTI2MTAyODExMDQw
M1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNyf
bjfPtmcmgWe0US2PE6GLr79PfI5Vrl30BvUPr8WuT4WS9TQJpm0MxygFOQGuro02
0T+0787yIm8ZmsoJnS+jUzBRMB0GA1UdDgQWBBTEIQ6XJ2mAwkB1pc5i+nGHPNSY
WzAfBgNVHSMEGDAWgBTEIQ6XJ2mAwkB1pc5i+nGHPNSYWzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIA6SDz/IP3lBjvmnJqWSP3IWCDfzyh82H0Og
RLAFI5c5AiEAsp9PHFF9EAvlgI9BQJNxvH8JlUvYbp7YFCYEILbzQug=
-----END CERTIFICATE-----
`;

/** Outputs that are no inputs, as the providers would compute them; secret where the SDK asks the engine to make them so. */
const COMPUTED: Record<string, Record<string, unknown>> = {
    "command:local:Command": { stdout: '{"address":"10.77.0.10","identity":"one"}', stderr: "" },
    "command:remote:Command": { stdout: "", stderr: "" },
    "random:index/randomPassword:RandomPassword": { result: secret(SENTINELS[0]!), bcryptHash: secret("hash") },
    "random:index/randomId:RandomId": { hex: "00ff" },
    "tls:index/privateKey:PrivateKey": {
        privateKeyPem: secret(`${SENTINELS[1]}\n`),
        privateKeyOpenssh: secret(`${SENTINELS[1]}\n`),
        publicKeyOpenssh: "ssh-ed25519 AAAA\n",
    },
    "tls:index/selfSignedCert:SelfSignedCert": { certPem: CERTIFICATE },
    "tls:index/certRequest:CertRequest": { certRequestPem: "a request" },
    "tls:index/locallySignedCert:LocallySignedCert": { certPem: CERTIFICATE },
    "aws:ec2/eip:Eip": { allocationId: "eipalloc-0123456789abcdef0", publicIp: "198.51.100.7" },
    "aws:acm/certificate:Certificate": {
        arn: "arn:aws:acm:eu-central-1:123456789012:certificate/made",
        domainValidationOptions: [
            {
                domainName: "www.example.org",
                resourceRecordName: "_a.www.example.org",
                resourceRecordType: "CNAME",
                resourceRecordValue: "_b.acm-validations.aws",
            },
        ],
    },
    "aws:lb/loadBalancer:LoadBalancer": { arn: "balancer-arn", dnsName: "balancer.example.org", zoneId: "Z-OF-AMAZON" },
    "aws:lb/targetGroup:TargetGroup": { arn: "targets-arn" },
    "aws:route53/record:Record": { fqdn: "record.example.org" },
    "aws:iam/accessKey:AccessKey": { secret: secret(SENTINELS[0]!) },
    "aws:iam/user:User": { name: "user" },
    "aws:ec2/instance:Instance": { privateIp: "10.80.0.10" },
    "aws:rds/instance:Instance": { address: "database.example.org" },
    "aws:rds/subnetGroup:SubnetGroup": { name: "subnets" },
    "aws:rds/parameterGroup:ParameterGroup": { name: "settings" },
    "aws:elasticache/replicationGroup:ReplicationGroup": { primaryEndpointAddress: "cache.example.org" },
    "aws:elasticache/subnetGroup:SubnetGroup": { name: "cache-subnets" },
    "aws:elasticache/parameterGroup:ParameterGroup": { name: "cache-settings" },
    "aws:ec2/keyPair:KeyPair": { keyName: "key-pair" },
    "aws:iam/instanceProfile:InstanceProfile": { name: "profile" },
    "aws:iam/role:Role": { name: "role", arn: "arn:aws:iam::123456789012:role/role" },
};

/** What AWS answers to a stack that looks something up. */
const LOOKED_UP: Record<string, object> = {
    "aws:ec2/getAmi:getAmi": { id: "ami-0123456789abcdef0" },
    "aws:ec2/getSubnet:getSubnet": {
        id: "subnet-0123456789abcdef0",
        vpcId: "vpc-0123456789abcdef0",
        availabilityZone: "eu-central-1b",
        cidrBlock: "172.31.16.0/20",
    },
};

/**
 * Runs a stack under Pulumi's mocks, and gives all that it registered with its options, once every output is known.
 * @param preview as in a preview, what a provider computes is unknown.
 * @param answers what the functions that the stack calls answer, by their token
 */
export async function record<T>(
    program: () => T | Promise<T>,
    preview: boolean,
    answers: Record<string, object> = {},
): Promise<{ resources: Recorded[]; outputs: T }> {
    const inputs = new Map<string, Record<string, unknown>>();
    const resources: Recorded[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs: given }: MockResourceArgs) => {
                inputs.set(`${type} ${name}`, given as Record<string, unknown>);
                const computed = preview
                    ? {}
                    : type === "pulumi:index:Stash"
                      ? { output: (given as { input: unknown }).input }
                      : COMPUTED[type];
                return { id: preview ? undefined : `${name}-id`, state: { ...(given as object), ...computed } };
            },
            call: ({ token }: MockCallArgs) => {
                const answer = { ...LOOKED_UP, ...answers }[token];
                if (answer === undefined) {
                    throw new Error(`the stack calls ${token}, which nobody here can answer`);
                }
                return answer;
            },
        },
        "science-stacks",
        "eoxserver-test",
        preview,
    );
    let outputs!: T;
    await pulumi.runtime.runInPulumiStack(async () => {
        pulumi.runtime.registerStackTransformation(({ type, name, opts, props }) => {
            resources.push({ type, name, inputs: props, options: opts });
            return undefined;
        });
        outputs = await program();
    });
    await pulumi.runtime.disconnect();

    return {
        resources: resources.map((each) => ({
            ...each,
            inputs: inputs.get(`${each.type} ${each.name}`) ?? each.inputs,
        })),
        outputs,
    };
}
