import type * as pulumi from "@pulumi/pulumi";
import type { AwsMachine } from "../aws";
import type { AwsImage } from "./image";
import type { AwsNetworkArgs } from "./network";
import type { SnapshotArgs } from "./snapshots";
import type { UserData } from "./user-data";

export interface AwsMachineArgs {
    /** @default the stack's name */
    machineName?: string;
    /** The stack's first machine, in whose account and subnet a further one is made. @default this is the first */
    beside?: AwsMachine;
    /** Everything is made in this account, or nothing at all. */
    account: string;
    region: string;
    image: AwsImage;
    /** An image of one's own, of the same release. @default the newest official one when the machine is made */
    ami?: string;
    /** Another number is another machine, of the newest image. */
    generation: number;
    /** A type that runs on Nitro, for x86-64. */
    instanceType: string;
    /** Size of the root volume. */
    rootGiB: number;
    network: AwsNetworkArgs;
    /** A key pair that is there already. @default one that is made */
    key?: { name: string; privateKey: pulumi.Input<string> };
    /** Log-in through a port of this computer that leads to the machine by Session Manager. @default SSH to its address */
    sessionManager?: { localPort: number; agent?: UserData["agent"] };
    /** Volumes that are there already, by the name of the disk. They are neither changed nor deleted. */
    volumes: { data?: string };
    /** @default the account's key for EBS */
    kmsKeyArn?: string;
    snapshots: SnapshotArgs;
    /** A record for the machine's address. @default none */
    dns?: { zoneId: string; name: string };
    /** Figures of CloudWatch each minute. */
    detailedMonitoring: boolean;
    /** Tags of everything, besides Project, Stack and Name. */
    tags: { [name: string]: string };
    /** @default the image's own */
    mirrors?: UserData["mirrors"];
}
