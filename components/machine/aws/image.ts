import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";

/** A release that an instance can have. */
export type AwsImage = keyof typeof OFFICIAL;

/**
 * Who publishes the official images, how they are named, and the user that they let log in.
 * Sources: wiki.debian.org/Cloud/AmazonEC2Image, documentation.ubuntu.com/aws "Find Ubuntu images on AWS".
 */
const OFFICIAL = {
    "debian-12": { owner: "136693071363", name: "debian-12-amd64-*", user: "admin" },
    "ubuntu-24.04": {
        owner: "099720109477",
        name: "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*",
        user: "ubuntu",
    },
} as const;

/** The user that an image lets log in by the key pair; may use sudo. */
export const loginUser = (image: AwsImage): string => OFFICIAL[image].user;

/** The id of the newest official image of a release, in the provider's region. */
export function newestImage(image: AwsImage, opts: pulumi.InvokeOptions): pulumi.Output<string> {
    const { owner, name } = OFFICIAL[image];
    const filters = [
        { name: "name", values: [name] },
        { name: "architecture", values: ["x86_64"] },
        { name: "virtualization-type", values: ["hvm"] },
        { name: "root-device-type", values: ["ebs"] },
    ];
    return ec2.getAmiOutput({ owners: [owner], mostRecent: true, filters }, opts).id;
}
