import { Archive, Asset, UNKNOWN } from "../base";
import type { CheckFailure, OperationContext, ResourceType } from "../base";
import { connectionFailures } from "./connection-check";
import { connectionFields, newId, shownOfConnection, triggers } from "./fields";
import type { Connection } from "./fields";

interface CopyInputs {
    connection: Connection;
    triggers?: unknown[];
    source: Asset | Archive;
    remotePath: string;
}

/** Copies a file or a directory to another machine. What was copied stays there when the resource is deleted. */
export const copyToRemote: ResourceType<CopyInputs, object> = {
    inputs: {
        ...triggers,
        ...connectionFields,
        source: { type: "asset or archive", required: true },
        remotePath: { type: "string", required: true },
    },
    outputs: {},
    shownInErrors: shownOfConnection,

    check: (inputs) => ({
        inputs,
        failures: [...connectionFailures(inputs.connection), ...sourceFailures(inputs.source)],
    }),

    async create(inputs, context) {
        await copy(inputs, context);
        return { id: newId(""), outputs: {} };
    },
    async update({ oldOutputs, newInputs }, context) {
        const { host, port } = newInputs.connection;
        const needed =
            newInputs.source.hash !== oldOutputs.source.hash ||
            newInputs.remotePath !== oldOutputs.remotePath ||
            // Another machine has none of it yet.
            host !== oldOutputs.connection.host ||
            port !== oldOutputs.connection.port;
        if (needed) {
            await copy(newInputs, context);
        }
        return {};
    },
};

/** The older form of CopyToRemote, for one file by its path; every change copies anew. */
export const copyFile: ResourceType<
    { connection: Connection; triggers?: unknown[]; localPath: string; remotePath: string },
    object
> = {
    inputs: {
        ...triggers,
        ...connectionFields,
        localPath: { type: "string", required: true },
        remotePath: { type: "string", required: true },
    },
    outputs: {},
    shownInErrors: shownOfConnection,

    check: (inputs) => ({ inputs, failures: connectionFailures(inputs.connection) }),

    async create({ connection, localPath, remotePath }, context) {
        await copy({ connection, source: new Asset({ path: localPath }), remotePath }, context);
        return { id: newId(""), outputs: {} };
    },
};

function sourceFailures(source: Asset | Archive | typeof UNKNOWN): CheckFailure[] {
    if (source === UNKNOWN || "path" in source.content) {
        return [];
    }
    if (source instanceof Archive) {
        return [{ property: "archive", reason: "archive must be a path to a file or directory" }];
    }
    return "text" in source.content
        ? []
        : [{ property: "asset", reason: "asset must be a path-based file asset or a text asset" }];
}

async function copy(inputs: CopyInputs, context: OperationContext): Promise<void> {
    const { connection, source, remotePath } = inputs;
    const [{ dial }, { upload, uploadText }] = await Promise.all([import("./ssh/dial"), import("./ssh/upload")]);
    const client = await dial(connection, context);
    const cancel = () => client.destroy();
    context.signal.addEventListener("abort", cancel, { once: true });
    const lost = new Promise<never>((_, reject) => {
        client.once("close", () => reject(new Error("the connection was lost before the copy was complete")));
    });
    try {
        const { content } = source;
        const work =
            "path" in content
                ? upload(client, content.path, remotePath)
                : uploadText(client, (content as { text: string }).text, remotePath);
        await Promise.race([work, lost]);
    } finally {
        context.signal.removeEventListener("abort", cancel);
        client.end();
    }
}
