import type { Context } from "../../context";
import { count, ensure, NotHere, type Row } from "../../row";
import { onEach, type StackMachine } from "./machines";

/** The machines below the product: what they are, their volumes, their firewalls, their boot. */
export const machineRows: Row<Context>[] = [
    {
        id: "X01",
        title: "The machine: one interface, three platforms",
        check: (context) => onEach(context, checkMachine),
    },
    {
        id: "X02",
        title: "The data volume, a device by its UUID or a directory of the host, is mounted on /data at boot",
        check: (context) => onEach(context, checkVolume),
    },
    {
        id: "X03",
        title: "Only the product's ports are open, SSH from given addresses",
        check: (context) => onEach(context, checkFirewall),
    },
    {
        id: "X10",
        title: "Everything comes back by itself after a reboot",
        check: (context) => onEach(context, checkBoot),
    },
];

async function checkMachine({ name, platform, address, ssh }: StackMachine): Promise<string> {
    const seen = await ssh.facts(`
        fact release "$(. /etc/os-release && echo "$PRETTY_NAME")"
        fact kind "$(systemd-detect-virt || true)"
        fact state "$(systemctl is-system-running || true)"
        fact failed "$(systemctl list-units --failed --plain --no-legend | cut -d' ' -f1 | paste -sd' ')"
    `);
    ensure(seen["state"] !== "degraded", `units of the machine have failed: ${seen["failed"]}`);
    ensure(["running", "starting"].includes(seen["state"] ?? ""), `systemd says that the machine is ${seen["state"]}`);
    return `${name}, platform ${platform}, at ${address}: ${seen["release"]} (${seen["kind"]}), known by its pinned host key, no failed unit`;
}

async function checkVolume({ name, ssh, keys, hasData }: StackMachine): Promise<string> {
    if (!hasData) {
        throw new NotHere("this stack keeps no data: its machine has no data volume");
    }
    const seen = await ssh.facts(`
        fact type "$(findmnt -no FSTYPE /data)"
        fact size "$(findmnt -bno SIZE /data)"
        fact device "$(findmnt -no MAJ:MIN /data)"
        fact root "$(findmnt -no MAJ:MIN /)"
        fact uuid "$(findmnt -no UUID /data)"
        fact mounted_by "$(systemctl show --property=What --value data.mount)"
        fact fragment "$(systemctl show --property=FragmentPath --value data.mount)"
        fact what "$(systemctl cat data.mount | sed -n 's/^What=//p')"
        fact enabled "$(systemctl is-enabled data.mount || true)"
        fact owner "$(cat /data/.science-stacks-owner)"
    `);
    const directory = keys.platform === "existing" ? keys.directory : undefined;
    if (directory === undefined) {
        ensure(seen["device"] !== seen["root"], "/data is on the root disk");
        ensure(seen["type"] === "ext4", `/data is a ${seen["type"]} file system`);
        ensure(seen["what"]?.startsWith("/dev/disk/by-uuid/"), `/data is mounted as ${seen["what"]}, not by its UUID`);
    } else {
        ensure(seen["what"] === directory, `/data is ${seen["what"]}, not the directory ${directory}`);
    }
    ensure(
        ["enabled", "generated"].includes(seen["enabled"] ?? ""),
        `data.mount is ${seen["enabled"]}: it is not mounted at boot`,
    );
    ensure(seen["owner"] === name, `/data holds the data of ${seen["owner"]}`);
    return `/data: ${directory === undefined ? "ext4" : "a directory of the host"}, ${gib(seen["size"])} GiB, ${seen["what"]}, at boot, the data of ${name}`;
}

async function checkFirewall({ platform, ssh, keys, sshPort, ports }: StackMachine): Promise<string> {
    if (platform === "aws") {
        throw new NotHere(
            "the security group of an EC2 instance is shown by the AWS console; this version has no AWS platform yet",
        );
    }
    if (keys.platform === "existing" && keys.firewall === "none") {
        throw new NotHere("machine.firewall is none: who reaches the host is up to its own firewall");
    }
    const { nftables } = JSON.parse(await ssh.run("nft -j list table inet science_stacks")) as Ruleset;
    const input = nftables.find(({ chain }) => chain?.hook === "input")?.chain;
    ensure(
        input?.policy === "drop",
        `the kernel's rules for what comes in end with "${input?.policy ?? "nothing"}", not with "drop"`,
    );

    const accepted = nftables
        .flatMap(({ rule }) => (rule ? [acceptedPort(rule)] : []))
        .filter((each) => each !== undefined);
    const others = accepted.filter(({ port }) => ![sshPort, ...ports].includes(port));
    ensure(others.length === 0, `further ports are open: ${others.map(({ port }) => port).join(", ")}`);
    const administrators = accepted.filter(({ port }) => port === sshPort).map(({ from }) => from);
    ensure(!administrators.some((from) => /^(any|.*\/0)$/.test(from)), "SSH is open to the whole internet");
    return `the kernel drops all but ${accepted.map(({ port, from }) => `${port} from ${from}`).join(", ")}`;
}

async function checkBoot({ ssh, units }: StackMachine): Promise<string> {
    const shown = await ssh.run(`
        systemctl show --property=Id,ActiveState,UnitFileState ${units.join(" ")}
        echo
        boot=$(systemctl show --property=UserspaceTimestamp --value | cut -d' ' -f2-)
        echo "$boot"
        find /var/log/science-stacks -name '*.log' -newermt "$boot" | wc -l
    `);
    const blocks = shown.split("\n\n");
    const [boot, stepsSince] = blocks.pop()?.split("\n") ?? [];
    const states = blocks.map((block) => new Map(block.split("\n").map((line) => line.split("=") as [string, string])));
    const wrong = states
        .filter(
            (state) =>
                state.get("ActiveState") !== "active" ||
                !/^(enabled|static|generated|alias|indirect)/.test(state.get("UnitFileState") ?? ""),
        )
        .map(
            (state) =>
                `${state.get("Id")} is ${state.get("ActiveState")}, ${state.get("UnitFileState") || "not at boot"}`,
        );
    ensure(wrong.length === 0, wrong.join("; "));
    const how =
        stepsSince === "0"
            ? `they were started by the boot of ${boot}, and no step has run since`
            : `they are enabled; the last boot (${boot}) was before the last steps, so what a reboot does is shown by the end-to-end tests`;
    return `${count(units.length, "unit")}, all active: ${how}`;
}

/** What `nft -j list` prints, as far as it is looked at. */
interface Ruleset {
    nftables: { chain?: { hook?: string; policy?: string }; rule?: NftRule }[];
}
interface NftRule {
    expr: { match?: { left?: { payload?: { field?: string } }; right?: unknown }; accept?: null }[];
}

/** The TCP port that a rule opens, and to whom. */
function acceptedPort({ expr }: NftRule): { port: number; from: string } | undefined {
    const matches = new Map(expr.map(({ match }) => [match?.left?.payload?.field, match?.right]));
    const port = matches.get("dport");
    if (!expr.some((each) => "accept" in each) || typeof port !== "number") {
        return undefined;
    }
    const from = matches.get("saddr") as { prefix: { addr: string; len: number } } | string | undefined;
    return { port, from: typeof from === "object" ? `${from.prefix.addr}/${from.prefix.len}` : (from ?? "any") };
}

function gib(bytes: string | undefined): string {
    return (Number(bytes) / 2 ** 30).toFixed(1);
}
