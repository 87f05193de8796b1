import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server as TcpServer } from "node:net";
import { join } from "node:path";
import { Server } from "ssh2";
import type { AuthContext } from "ssh2";
import { secret } from "./plugin-client";
import type { Wire } from "./plugin-client";
import { plugin, server, startPluginAndServer, urn } from "./remote-commands";

startPluginAndServer();

async function run(connection: Wire): Promise<unknown> {
    const given = { create: "echo in", connection: secret({ host: "127.0.0.1", dialErrorLimit: 0, ...connection }) };
    const { inputs, failures } = await plugin.check(urn, given);
    expect(failures).toEqual({});
    return (await plugin.create(urn, inputs)).outputs.stdout;
}

/** A server that takes the password "sesame" one way, and answers any command with "in". */
async function passwordServer(way: "password" | "keyboard-interactive", port = 0): Promise<Server> {
    const decide = (context: AuthContext, given: unknown) =>
        given === "sesame" ? context.accept() : context.reject([way]);
    const passwords = new Server({ hostKeys: [server.file("host")] }, (client) => {
        client.on("error", () => undefined);
        client.on("authentication", (context) => {
            if (context.method === "password" && way === "password") {
                decide(context, context.password);
            } else if (context.method === "keyboard-interactive" && way === "keyboard-interactive") {
                context.prompt([{ prompt: "Password: ", echo: false }], (answers) => decide(context, answers[0]));
            } else {
                context.reject([way]);
            }
        });
        client.on("session", (accept) =>
            accept().on("exec", (start) => {
                const channel = start();
                channel.write("in\n");
                channel.exit(0);
                channel.end();
            }),
        );
    });
    passwords.listen(port, "127.0.0.1");
    await once(passwords, "listening");
    return passwords;
}

test.each(["password", "keyboard-interactive"] as const)(
    "logs in by %s; a wrong one is refused, and not shown",
    async (way) => {
        const passwords = await passwordServer(way);
        const { port } = passwords.address() as AddressInfo;
        try {
            expect(await run({ port, password: "sesame" })).toBe("in");
            const failed = run({ port, user: "someone", password: "mistaken-word" });
            await expect(failed).rejects.toThrow(`someone@127.0.0.1:${port}: unable to authenticate`);
            await expect(failed).rejects.not.toThrow("mistaken-word");
        } finally {
            passwords.close();
        }
    },
);

describe("an agent", () => {
    let agent: ChildProcess;
    let agentSocketPath: string;
    beforeAll(async () => {
        agentSocketPath = join(server.directory, "agent");
        agent = spawn("ssh-agent", ["-D", "-a", agentSocketPath], { stdio: ["ignore", "pipe", "inherit"] });
        await once(agent.stdout ?? agent, "data");
        const env = { ...process.env, SSH_AUTH_SOCK: agentSocketPath };
        execFileSync("ssh-add", ["-q", join(server.directory, "user")], { env });
    });
    afterAll(() => agent.kill("SIGKILL"));

    test("logs in with the keys that it holds", async () => {
        const { port, user } = server;
        expect(await run({ port, user, agentSocketPath })).toBe("in");
    });

    test("is not missed where a key is given and the agent is gone", async () => {
        expect(await run({ ...server.connection(), agentSocketPath: "/nonexistent/agent" })).toBe("in");
    });
});

describe("a machine that is starting", () => {
    let silent: TcpServer;
    afterEach(() => silent.close());

    test("that takes connections and says nothing is given up after `perDialTimeout`", async () => {
        silent = createServer().listen(0, "127.0.0.1");
        await once(silent, "listening");
        const { port } = silent.address() as AddressInfo;
        await expect(run({ port, password: "x", perDialTimeout: 1 })).rejects.toThrow("timed out after 1 s");
    });

    test("that refuses connections at first is reached once it takes them", async () => {
        let refused = 0;
        silent = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
        await once(silent, "listening");
        silent.on("connection", () => refused++);
        const { port } = silent.address() as AddressInfo;
        const running = run({ port, password: "sesame", dialErrorLimit: 20 });
        while (refused < 3) {
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        silent.close();
        await once(silent, "close");
        const passwords = await passwordServer("password", port);
        expect(await running).toBe("in");
        passwords.close();
        expect(plugin.log.map(({ message }) => message)).toContain("Dial 1/20 failed: retrying");
    });
});
