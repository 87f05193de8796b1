import { readConfig } from "./config";

/** The program of every stack: what the configuration names is composed, and its outputs are the stack's. */
export = async () => {
    const config = readConfig();
    switch (config.product) {
        case "eoxserver":
            // Loaded here, so that a stack of one product does not pay for the others.
            return (await import("./eoxserver")).eoxserver(config);
        case "dcor":
            return (await import("./dcor")).dcor(config);
        case "omero-web":
            return (await import("./omero-web")).omeroWeb(config);
    }
};
