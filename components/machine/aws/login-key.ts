import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { AwsMachineArgs } from "./args";

/** The key pair that administrators log in with: one that is there already, or one that is made. */
export function loginKey(
    name: string,
    { key }: AwsMachineArgs,
    tags: { Name: string },
    opts: pulumi.CustomResourceOptions,
) {
    if (key !== undefined) {
        return { name: pulumi.output(key.name), privateKey: pulumi.secret(key.privateKey) };
    }
    const made = new tls.PrivateKey(`${name}-login-key`, { algorithm: "ED25519" }, opts);
    const pair = new ec2.KeyPair(`${name}-key-pair`, { publicKey: made.publicKeyOpenssh, tags }, opts);
    return { name: pair.keyName, privateKey: made.privateKeyOpenssh };
}
