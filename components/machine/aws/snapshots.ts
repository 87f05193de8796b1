import * as dlm from "@pulumi/aws/dlm";
import * as pulumi from "@pulumi/pulumi";
import { serviceRole } from "./instance-profile";

export interface SnapshotArgs {
    /** How many daily snapshots are kept; 0 makes none. */
    keep: number;
    /** When they are made, UTC, e.g. `02:00`. */
    time: string;
}

/** The tag by which a machine's volumes are found; the value is its name. */
export const SNAPSHOT_TAG = "science-stacks:snapshots";

/** Daily snapshots of the volumes that have the machine's tag, by Amazon's Data Lifecycle Manager. They stay when the stack goes. */
export function dailySnapshots(
    name: string,
    { keep, time, machineName }: SnapshotArgs & { machineName: string },
    opts: { parent: pulumi.Resource },
): void {
    const { role, allowed } = serviceRole(
        name,
        {
            service: "dlm.amazonaws.com",
            policyArn: "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole",
            description: `Makes the snapshots of ${machineName}`,
        },
        opts,
    );
    new dlm.LifecyclePolicy(
        name,
        {
            // DLM takes letters, digits, spaces, _ and - here.
            description: `Daily snapshots of ${machineName}`,
            executionRoleArn: role.arn,
            state: "ENABLED",
            policyDetails: {
                resourceTypes: ["VOLUME"],
                targetTags: { [SNAPSHOT_TAG]: machineName },
                schedules: [
                    {
                        name: "daily",
                        createRule: { interval: 24, intervalUnit: "HOURS", times: time },
                        retainRule: { count: keep },
                        copyTags: true,
                    },
                ],
            },
            tags: { Name: machineName },
        },
        { ...opts, dependsOn: allowed },
    );
}
