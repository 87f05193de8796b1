import * as pulumi from "@pulumi/pulumi";
import type { DiskArgs, Machine } from "../machine/machine";
import { InstallStep } from "./install-step";

export interface DataVolumeArgs extends DiskArgs {
    machine: Machine;
    /** @default "/data" */
    mountPoint?: string;
    /** What is on it can be lost: on a host that stays, it is emptied when the stack goes. @default false */
    scratch?: boolean;
}

/**
 * A block device of its own, mounted by its UUID at each boot; on a host that has none, a directory. It outlives the machine.
 * A file system is made on a blank device only; a volume that holds another stack's data, or any other file system, is refused.
 */
export class DataVolume extends pulumi.ComponentResource {
    /** The volume is mounted: what everything that writes to it waits for. */
    public readonly mounted: pulumi.Resource;

    constructor(name: string, args: DataVolumeArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:DataVolume", name, {}, opts);

        const { machine, sizeGiB, onDestroy, mountPoint = "/data", scratch = false } = args;
        const disk = machine.attachDisk(
            name,
            { sizeGiB, onDestroy, use: scratch ? "scratch" : "data" },
            { parent: this },
        );
        this.mounted = new InstallStep(
            `${name}-mount`,
            {
                machine,
                program: disk.device.apply((device) => ({
                    script: "data-volume/mount.sh",
                    // The size is named so that the step runs again, and grows the file system, when the device has grown.
                    parameters: {
                        device,
                        mount_point: mountPoint,
                        owner: machine.machineName,
                        scratch: scratch ? "yes" : "no",
                        size_gib: sizeGiB,
                    },
                })),
                removable: true,
            },
            { parent: this, dependsOn: disk.attachment },
        );

        this.registerOutputs();
    }
}
