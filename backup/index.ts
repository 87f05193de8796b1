/**
 * `npm run backup -- <stack>`: makes a backup now, besides those of the timer, and waits for it; of a stack of several machines,
 * of each, one after the other. Exit status 0 when it is made, read back and checked.
 */
import { parseArgs } from "node:util";
import { BackedUpStack, command, progress, type BackedUpMachine } from "./machine";

command(async () => {
    const [name, ...others] = parseArgs({ allowPositionals: true }).positionals;
    if (name === undefined || others.length > 0) {
        throw new Error("usage: npm run backup -- <stack>");
    }
    const stack = await BackedUpStack.open(name);
    await stack.keepState();
    for (const machine of stack.machines) {
        progress(`${machine.name}: a backup to ${stack.outputs.backup?.repository}`);
        console.log(`${machine.name}: ${await backUp(machine)}`);
    }
});

/** Only what the service says from here on is about this backup. One that runs already is waited for first. */
function backUp({ ssh }: BackedUpMachine): Promise<string> {
    return ssh.run(`
        while [ "$(systemctl show --property=ActiveState --value stack-backup.service)" = activating ]; do sleep 1; done
        since=$(date +%s)
        status=0
        systemctl start stack-backup.service || status=$?
        journalctl --quiet --sync >/dev/null 2>&1 || true
        if [ "$status" != 0 ]; then
            echo "the backup failed:" >&2
            journalctl --quiet --unit stack-backup.service --since "@$since" --output cat |
                sed -E '/^(stack-backup.service:|Starting|Failed to start|pam_unix)/d' | tail -n 12 >&2
            exit 1
        fi
        journalctl --quiet --unit stack-backup.service --since "@$since" --output cat | grep '^backup ' | tail -n 1
    `);
}
