import type { ObjectStoreEndpoint } from "../components/guest/object-store";
import type { BucketArgs, Machine } from "../components/machine/machine";

/** A bucket that the stack makes where its machine is; the configuration has one on AWS alone. @throws on other platforms */
export function createBucket(machine: Machine, name: string, args: BucketArgs): ObjectStoreEndpoint {
    if (machine.objectStore === undefined) {
        throw new Error(`the platform of ${machine.machineName} has no object store of its own`);
    }
    return machine.objectStore(name, args, {});
}
