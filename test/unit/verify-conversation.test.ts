import { spawn } from "node:child_process";
import { Conversation } from "../../verify/conversation";

const bash = (script: string) => new Conversation(spawn("bash", ["-c", script], { stdio: "pipe" }));

test("what a program says in JSON is heard, line by line, and what else it prints is not", async () => {
    const conversation = bash(`echo warning; echo '{"first":1}'; read -r name; echo "{\\"name\\":\\"$name\\"}"`);
    expect(await conversation.hear()).toEqual({ first: 1 });
    conversation.tell("instance00\n");
    expect(await conversation.hear()).toEqual({ name: "instance00" });
});

test("a program that ends before it has said what is waited for is an error with what it printed", async () => {
    await expect(bash("echo 'no such table' >&2; exit 3").hear()).rejects.toThrow("exit status 3: no such table");
});

test("a program is told of the end by the end of its input", async () => {
    const conversation = bash(`cat >/dev/null; echo '{"cleaned":true}'`);
    conversation.finish();
    expect(await conversation.hear()).toEqual({ cleaned: true });
});
