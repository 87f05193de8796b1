import { secret, unknown } from "./plugin-client";
import type { Wire } from "./plugin-client";
import { checked, create, plugin, server, startPluginAndServer, urn } from "./remote-commands";

const signature = "4dabf18193072939515e22adb298388d";

startPluginAndServer();

test("a command's outputs come without their last line break, and its id is its name and eight digits", async () => {
    const { id, outputs } = await create({ create: "printf 'a\\n\\n'; echo b >&2" });
    expect(outputs).toMatchObject({ stdout: "a\n", stderr: "b", addPreviousOutputInEnv: true });
    expect(id).toMatch(/^step[0-9a-f]{8}$/);
});

test("a command without `create` is made without a connection", async () => {
    const { outputs } = await create({ delete: "true" }, { port: 1 });
    expect(outputs).toMatchObject({ stdout: "", stderr: "" });
});

test("a megabyte of standard input arrives whole", async () => {
    const stdin = "0123456789abcdef".repeat(65536);
    const { outputs } = await create({ create: "wc -c; cat >/dev/null", stdin });
    expect(outputs.stdout).toBe("1048576");
});

test("a command that does not read its input does not fail for it", async () => {
    const { outputs } = await create({ create: "echo done", stdin: "x".repeat(4_000_000) });
    expect(outputs.stdout).toBe("done");
});

test("a command that fails says its status, itself and all it wrote", async () => {
    await expect(create({ create: "echo out; echo err >&2; exit 7" })).rejects.toThrow(
        /^Process exited with status 7: running "echo out; echo err >&2; exit 7":\n(out\nerr|err\nout)\n$/,
    );
});

test("a command that is killed says by which signal", async () => {
    await expect(create({ create: "kill -TERM $$" })).rejects.toThrow(
        /^Process exited with status 143 from signal TERM: running/,
    );
});

test("a machine that goes away in the middle of a command is an error at once", async () => {
    const running = create({ create: "echo started; sleep 60", logging: "stdout" });
    const failed = expect(running).rejects.toThrow("the connection was lost before the command ended");
    while (!plugin.log.some(({ message }) => message === "started")) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    server.dropConnections();
    await failed;
});

test("a time limit ends a command", async () => {
    const inputs = await checked({ create: "sleep 60" });
    await expect(plugin.create(urn, inputs, { timeout: 1 })).rejects.toThrow("cancelled");
});

test("a cancelled deployment ends a command", async () => {
    const inputs = await checked({ create: "echo waiting; sleep 60" });
    const failed = expect(plugin.create(urn, inputs)).rejects.toThrow("cancelled");
    while (!plugin.log.some(({ message }) => message === "waiting")) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await plugin.cancel();
    await failed;
});

describe("variables", () => {
    test("a variable that the server accepts is set", async () => {
        const { outputs } = await create({ create: "echo $GREETING", environment: { GREETING: "hello" } });
        expect(outputs.stdout).toBe("hello");
    });

    test("a command is not run without a variable that the server refuses", async () => {
        const marker = `${server.directory}/ran`;
        const inputs = { create: `touch ${marker}`, environment: { LD_PRELOAD: "x" } };
        await expect(create(inputs)).rejects.toThrow('could not set environment variable "LD_PRELOAD"');
        expect((await create({ create: `ls ${marker} 2>/dev/null || echo none` })).outputs.stdout).toBe("none");
    });

    test("the output of the command before is in the environment, unless that is not wanted", async () => {
        const { outputs } = await create({ create: "echo first; echo oops >&2" });
        const update = 'echo "$PULUMI_COMMAND_STDOUT/$PULUMI_COMMAND_STDERR"';
        const second = await plugin.update(urn, outputs, await checked({ update }));
        expect(second.stdout).toBe("first/oops");
        const without = await checked({ update, addPreviousOutputInEnv: false });
        expect((await plugin.update(urn, second, without)).stdout).toBe("/");
    });
});

describe("update and delete", () => {
    test("an update runs `update`, or else `create`, or else keeps the outputs", async () => {
        const { outputs } = await create({ create: "echo made" });
        const run = async (inputs: Wire) => (await plugin.update(urn, outputs, await checked(inputs))).stdout;
        expect(await run({ create: "echo made", update: "echo updated" })).toBe("updated");
        expect(await run({ create: "echo made again" })).toBe("made again");
        expect(await run({ delete: "true" })).toBe("made");
    });

    test("a deletion runs `delete`, and nothing without one", async () => {
        const marker = `${server.directory}/deleted`;
        const { outputs } = await create({ create: "true", delete: `echo "$PULUMI_COMMAND_STDOUT" >${marker}` });
        await plugin.delete(urn, { ...outputs, stdout: "before" });
        expect(server.file("deleted")).toBe("before\n");
        await plugin.delete(urn, { connection: secret({ host: "nowhere.invalid" }), stdout: "", stderr: "" });
    });
});

describe("secrets", () => {
    test("the connection is secret as a whole, and its keys and passwords once more, in inputs and outputs", async () => {
        const inputs = await checked({ create: "true" }, { password: "pass" });
        const expected = { [signature]: secret("")[signature], value: { user: server.user, password: secret("pass") } };
        expect(inputs.connection).toMatchObject(expected);
        const { outputs } = await plugin.create(urn, inputs);
        expect(outputs.connection).toEqual(inputs.connection);
    });

    test("a secret input is secret in the state, and in no message or error", async () => {
        const inputs = await checked({ create: "cat; cat /nonexistent", stdin: secret("the-sesame-word") });
        plugin.log.length = 0;
        const failed = plugin.create(urn, inputs);
        await expect(failed).rejects.toThrow("[secret]");
        await expect(failed).rejects.not.toThrow("sesame");
        expect(plugin.log.map(({ message }) => message)).toContain("[secret]");
        expect(JSON.stringify(plugin.log)).not.toContain("sesame");
        const { outputs } = await create({ create: "true", stdin: secret("the-sesame-word") });
        expect(outputs.stdin).toEqual(secret("the-sesame-word"));
    });
});

test("`logging` chooses what is shown", async () => {
    for (const [logging, expected] of Object.entries({ stdout: ["o"], stderr: ["e"], none: [] })) {
        plugin.log.length = 0;
        await create({ create: "echo o; echo e >&2", logging });
        expect(plugin.log.map(({ message }) => message)).toEqual(expected);
    }
    plugin.log.length = 0;
    await create({ create: "echo o" });
    expect(plugin.log).toEqual([{ severity: 1, message: "o", urn, ephemeral: true }]);
});

test("a preview connects to nothing, even where the machine's address is not known yet", async () => {
    const { inputs, failures } = await plugin.check(urn, { connection: unknown, create: "true" });
    expect(failures).toEqual({});
    const { outputs } = await plugin.create(urn, inputs, { preview: true });
    expect(outputs).toMatchObject({ create: "true", stdout: unknown, stderr: unknown });
});
