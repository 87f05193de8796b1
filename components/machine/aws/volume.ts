import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { diskOptions, type Disk, type DiskArgs, type DiskUse } from "../machine";
import { SNAPSHOT_TAG } from "./snapshots";

export interface AttachedVolumeArgs extends DiskArgs {
    use: DiskUse;
    instance: ec2.Instance;
    machineName: string;
    /** What EC2 calls the device; the guest finds it by its serial number. */
    deviceName: string;
    availabilityZone: pulumi.Input<string>;
    /** @default the account's key for EBS */
    kmsKeyArn?: string;
    /** The id of a volume that is there already; it is attached, and neither changed nor deleted. @default one is made */
    existing?: string;
}

/** A volume of EBS at an instance. No change of the machine, its zone or a key deletes it: only `destroy` can. */
export function attachVolume(name: string, args: AttachedVolumeArgs, opts: pulumi.CustomResourceOptions): Disk {
    const { instance, deviceName, existing } = args;
    const volumeId = existing === undefined ? volume(name, args, opts).id : pulumi.output(existing);
    const attachment = new ec2.VolumeAttachment(
        `${name}-attachment`,
        // The machine is stopped first, so that nothing that was written is still in its memory.
        { deviceName, instanceId: instance.id, volumeId, stopInstanceBeforeDetaching: true },
        { ...opts, deleteBeforeReplace: true },
    );
    return { device: volumeId.apply(devicePath), attachment };
}

function volume(name: string, args: AttachedVolumeArgs, opts: pulumi.CustomResourceOptions): ebs.Volume {
    const { availabilityZone, sizeGiB, kmsKeyArn, onDestroy, machineName, use } = args;
    return new ebs.Volume(
        `${name}-volume`,
        {
            availabilityZone,
            size: sizeGiB,
            type: "gp3",
            encrypted: true,
            kmsKeyId: kmsKeyArn,
            tags: {
                Name: `${machineName}-${use}`,
                OnDestroy: onDestroy,
                ...(onDestroy === "delete" ? {} : { [SNAPSHOT_TAG]: machineName }),
            },
        },
        {
            ...opts,
            ...diskOptions(args),
            // Each of them would make EC2 replace the volume by a blank one.
            ignoreChanges: ["availabilityZone", "encrypted", "kmsKeyId"],
        },
    );
}

/**
 * The path under which udev of Debian and Ubuntu has a volume: by the model and the serial number of the NVMe device, which is
 * the volume's id without its hyphen. The names nvme0n1, nvme1n1… may change at each boot.
 * Source: "Amazon EBS volumes and NVMe" of the EC2 user guide; 60-persistent-storage.rules of systemd.
 */
export const devicePath = (volumeId: string): string =>
    `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
