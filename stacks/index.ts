import { readConfig, type StackConfig } from "./config";

/** The program of every stack: what the configuration names is composed, and what it has to tell is the stack's outputs. */
export = async () => {
    const outputs = await compose(readConfig());
    return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined));
};

async function compose(config: StackConfig): Promise<Record<string, unknown>> {
    switch (config.product) {
        case "eoxserver":
            // Loaded here, so that a stack of one product does not pay for the others.
            return (await import("./eoxserver")).eoxserver(config);
        case "dcor":
            return (await import("./dcor")).dcor(config);
        case "omero-web":
            return (await import("./omero-web")).omeroWeb(config);
    }
}
