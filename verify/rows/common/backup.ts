import { quote } from "../../../components/guest/shell";
import type { Context } from "../../context";
import { ensure, NotHere, type Row } from "../../row";
import { machinesOf, onEach, type StackMachine } from "./machines";

const LAST = "/var/lib/science-stacks/backup/last.json";

/** What the last good backup has left on the machine. */
interface LastBackup {
    snapshot: string;
    time: string;
    bytes: number;
    bytesBefore: number;
    dumps: number;
    seconds: number;
}

/** Backups: that they are made, whole, and can be had again. */
export const backupRow: Row<Context> = {
    id: "X11",
    title: "Backups on a timer, read back and checked; a restore that was tried",
    async check(context) {
        const { stack, outputs, config } = context;
        const { backup } = config;
        // A front of OMERO.web has no data, and no backups.
        if (backup === undefined || outputs.backup === undefined) {
            throw new NotHere(
                "no backups are made: what is lost with the volume is lost. Set backup.repository (docs/backups.md)",
            );
        }
        const machines = machinesOf(context).filter(({ backedUp }) => backedUp);
        const look = (machine: StackMachine) => {
            const host = machine.name === outputs.machine.name ? stack : machine.name;
            return checkBackups(machine, backup, `--host ${host} --tag ${outputs.product}`);
        };
        const told = await onEach(context, look, machines);
        return `${told}. A restore is shown by the end-to-end tests`;
    },
};

/** @param ofMachine what chooses the machine's own in the repository */
async function checkBackups(
    { ssh }: StackMachine,
    { repository, maximumAgeHours }: NonNullable<Context["config"]["backup"]>,
    ofMachine: string,
): Promise<string> {
    const directory = repository.mode === "directory" ? repository.path : "/data";
    const seen = await ssh.facts(`
        fact timer "$(systemctl is-enabled stack-backup.timer || true) $(systemctl is-active stack-backup.timer || true)"
        fact next "$(systemctl show --property=NextElapseUSecRealtime --value stack-backup.timer)"
        fact service "$(systemctl show --property=ActiveState --value stack-backup.service)"
        fact words "$(journalctl --quiet --unit stack-backup.service --output cat --lines 200 | grep '^error: ' | tail -n 1 || true)"
        fact last "$(cat ${LAST} 2>/dev/null || true)"
        fact begun "$(stat -c %Y /var/lib/science-stacks/backup/begun 2>/dev/null || echo 0)"
        fact now "$(date +%s)"
        fact root "$([ "$(stat -c %d / ${quote(directory)} | sort -u | wc -l)" != 1 ] || echo yes)"
        fact restore "$([ ! -e /data/.restore/whole ] || echo cut off)"
    `);
    ensure(!seen["restore"], "a restore was cut off: run `npm run restore` again, which finishes it");
    ensure(seen["timer"] === "enabled active", `the timer stack-backup.timer is ${seen["timer"]}`);
    ensure(seen["service"] !== "failed", `the last backup failed: ${seen["words"] || "see its journal"}`);
    const now = Number(seen["now"]) * 1000;
    const hours = (since: number) => (now - since) / 3_600_000;
    if (!seen["last"]) {
        const waiting = hours(Number(seen["begun"]) * 1000);
        ensure(
            waiting < maximumAgeHours,
            `this machine has made no backup in ${waiting.toFixed(0)} hours: ${seen["words"] || "the timer has not come"}`,
        );
        return seen["service"] === "activating"
            ? "the first backup of this machine is being made"
            : `no backup of this machine yet; the next is due ${seen["next"]}`;
    }

    const last = JSON.parse(seen["last"]) as LastBackup;
    const age = hours(Date.parse(last.time));
    ensure(
        age < maximumAgeHours,
        `the last good backup is ${age.toFixed(1)} hours old, and ${maximumAgeHours} are allowed: ${seen["words"] || "the timer has not come"}`,
    );
    ensure(last.bytes > 0, "the last backup is empty");
    ensure(
        last.bytes >= last.bytesBefore / 2,
        `the last backup has ${mib(last.bytes)}, the one before it ${mib(last.bytesBefore)}: was so much deleted on purpose?`,
    );
    const listed = await ssh.run(`backup-restic --no-lock snapshots --json ${ofMachine}`);
    const kept = JSON.parse(listed) as { short_id: string }[];
    ensure(
        kept.some(({ short_id }) => short_id === last.snapshot),
        `the repository no longer has the last backup, ${last.snapshot}`,
    );
    const goes = repository.mode === "directory" && seen["root"];
    const many = `${kept.length} in the repository${goes ? ", which is on the machine's own root disk and goes with it" : ""}`;
    return `${mib(last.bytes)} with ${last.dumps} database dumps, ${age.toFixed(1)} hours ago in ${last.seconds} s, its dumps read back byte by byte, the repository checked; ${many}; the next is due ${seen["next"]}`;
}

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
