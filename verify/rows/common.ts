import { engineRows } from "./common/engine";
import { machineRows } from "./common/machine";
import { sourceRows } from "./common/sources";
import { stateRows } from "./common/state";

/** The requirements of every product: X01 to X15. */
export const common = [...machineRows, ...stateRows, ...engineRows, ...sourceRows].sort((a, b) =>
    a.id.localeCompare(b.id),
);
