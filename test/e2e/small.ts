import { NETWORK } from "./network";

const machine = { platform: "local", network: NETWORK };

/** The smallest stack of each product that does all that it is for, on the test file's own network. */
export const SMALL = {
    eoxserver: {
        ...{ product: "eoxserver", machine, data: { sizeGiB: 5 } },
        instances: ["instance00"],
        eoxserver: { processes: 2 },
    },
    "omero-web": { product: "omero-web", machine, data: { sizeGiB: 2 } },
    dcor: {
        ...{ product: "dcor", machine, data: { sizeGiB: 10 }, scratch: { sizeGiB: 10 } },
        dcor: { workers: 2 },
    },
};
