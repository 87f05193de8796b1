import { PluginClient, secret } from "./plugin-client";
import type { Wire } from "./plugin-client";
import { SshServer } from "./ssh-server";

export const urn = "urn:pulumi:stack::project::command:remote:Command::step";

export let plugin: PluginClient;
export let server: SshServer;

/** Starts the plugin and a server for it before the tests of the file that calls this, and stops both after them. */
export function startPluginAndServer(): void {
    beforeAll(async () => {
        const entry = "offline/plugins/command/index.ts";
        [plugin, server] = await Promise.all([PluginClient.start(entry), SshServer.start()]);
    });
    afterAll(async () => Promise.all([plugin.stop(), server.stop()]));
}

/** Inputs as the engine has them after Check. */
export async function checked(inputs: Wire, connection: Wire = {}): Promise<Wire> {
    const whole = { dialErrorLimit: 0, ...server.connection(), ...connection };
    const { inputs: result, failures } = await plugin.check(urn, { ...inputs, connection: secret(whole) });
    expect(failures).toEqual({});
    return result;
}

export const create = async (inputs: Wire, connection?: Wire) => plugin.create(urn, await checked(inputs, connection));
