import net from "node:net";
import tls from "node:tls";
import type { Answer } from "../../verify/web";
import { Web } from "../../verify/web";
import type { TestStack } from "./test-stack";

/** Ports on which services listen that nobody outside is to reach, whatever the machine says that it listens on. */
const WELL_KNOWN = [21, 23, 25, 53, 111, 139, 445, 873, 2049, 3306, 4080, 5432, 5555, 6379, 8080, 8983, 9001, 9100];
/** What `systemd-analyze security` may say of a service of ours at most, of ten: one with a user of its own, one that root starts. */
const EXPOSURE = { user: 2, root: 3.5 };
/** With a fresh key for each connection, and no mode that was ever broken. */
const SOUND_CIPHER = /^(tls_|ecdhe-.*(-gcm-|-chacha20-))/;

/** What users get of a stack. */
export interface Shown {
    url: string;
    certificate?: string;
    machine: { address: string };
}

/**
 * Looks at a running stack as someone would who means it no good: what is open, what is said, what a service that was taken over
 * could do. Where its secrets are not is row X06 of `verify`.
 * @param ports all that are open to users and administrators
 * @param pages one of each kind that the front answers by other means: an application's, a file, a refusal
 */
export async function expectSafe(stack: TestStack, shown: Shown, ports: number[], pages: string[]): Promise<void> {
    const { address } = shown.machine;
    const listening = (await stack.ssh("ss -Hltn | awk '{ sub(/.*:/, \"\", $4); print $4 }'")).split("\n").map(Number);
    expect(listening).toEqual(expect.arrayContaining(ports));
    expect(await openPorts(address, [...new Set([...listening, ...WELL_KNOWN])])).toEqual(ports);
    const secure = new URL(shown.url);
    if (secure.protocol === "https:") {
        expect(await spoken(address, Number(secure.port || 443))).toEqual(["TLSv1.2", "TLSv1.3"]);
    }

    const web = new Web(shown.certificate);
    const answers = await Promise.all(pages.map((page) => web.request(new URL(page, shown.url).href)));
    web.close();
    expect(answers.flatMap((answer, index) => telling(answer).map((what) => `${pages[index]}: ${what}`))).toEqual([]);

    expect(await overexposed(stack)).toEqual([]);
    expect(await privileged(stack)).toEqual([]);
}

/** The ports of an address, of some, that take a connection from here. */
export async function openPorts(address: string, ports: readonly number[], timeoutMs = 1500): Promise<number[]> {
    const takes = (port: number) =>
        new Promise<boolean>((resolve) => {
            const socket = net.connect({ host: address, port, timeout: timeoutMs }, () => end(true));
            const end = (open: boolean) => {
                socket.destroy();
                resolve(open);
            };
            socket.on("timeout", () => end(false)).on("error", () => end(false));
        });
    const open = await Promise.all(ports.map(takes));
    return ports.filter((_, index) => open[index]).sort((a, b) => a - b);
}

/** The versions of TLS that a server speaks, with a cipher that is not sound where it takes one. */
export async function spoken(host: string, port: number): Promise<string[]> {
    const weak = tls.getCiphers().filter((name) => !SOUND_CIPHER.test(name));
    const old = ["TLSv1", "TLSv1.1"] as const;
    const agreed = await Promise.all([
        ...old.map((version) => agree(host, port, version, "ALL")),
        agree(host, port, "TLSv1.2", weak.join(":").toUpperCase()),
        agree(host, port, "TLSv1.2"),
        agree(host, port, "TLSv1.3"),
    ]);
    return agreed.filter((each) => each !== undefined);
}

/** What a client of one version, with some ciphers, comes to speak with a server. */
function agree(host: string, port: number, version: tls.SecureVersion, ciphers?: string): Promise<string | undefined> {
    const offer = {
        ...{ minVersion: version, maxVersion: version, rejectUnauthorized: false, timeout: 10_000 },
        ...(ciphers && { ciphers: `${ciphers}:@SECLEVEL=0` }),
    };
    return new Promise((resolve, reject) => {
        const socket = tls.connect({ host, port, ...offer }, () => {
            const { name } = socket.getCipher();
            socket.destroy();
            resolve(ciphers ? `${version} with ${name}` : version);
        });
        socket.on("timeout", () => socket.destroy(new Error(`${host}:${port} says nothing within 10 s`)));
        socket.on("error", (error: NodeJS.ErrnoException) => {
            // The server refuses, by an alert or by closing; whatever else goes wrong is no refusal.
            const isRefusal = /^(ERR_SSL_|ECONNRESET$)/.test(error.code ?? "");
            return isRefusal ? resolve(undefined) : reject(error);
        });
    });
}

/** What an answer says that it should not, or does not say that it should. */
export function telling({ headers }: Pick<Answer, "headers">): string[] {
    const versions = ["server", "x-powered-by", "via"].filter((name) => /\d/.test(String(headers[name] ?? "")));
    const cookies = (headers["set-cookie"] ?? []).filter((cookie) => !/; *secure/i.test(cookie));
    return [
        ...versions.map((name) => `${name}: ${String(headers[name])}`),
        ...cookies.map((cookie) => `a cookie without TLS: ${cookie.split("=")[0]}`),
        ...(headers["x-content-type-options"] === "nosniff" ? [] : ["x-content-type-options is not nosniff, once"]),
    ];
}

/**
 * The services of ours, and those of Debian that we keep, of which systemd says that they could do too much.
 * What gives a local machine's disks their names is of the image, and nobody reaches it.
 */
async function overexposed(stack: TestStack): Promise<string[]> {
    const shown = await stack.ssh("systemctl show --property=Id,LoadState,FragmentPath,DropInPaths,User '*.service'");
    const ours = shown
        .split("\n\n")
        .map(
            (block) =>
                Object.fromEntries(block.split("\n").map((line) => line.split("=", 2))) as Record<string, string>,
        )
        .filter(({ LoadState, FragmentPath = "", DropInPaths = "", Id = "" }) => {
            const isOurs = FragmentPath.startsWith("/etc/systemd/system/") || DropInPaths.includes("/hardening.conf");
            return (
                LoadState === "loaded" &&
                (isOurs || Id === "redis-server.service") &&
                Id !== "science-stacks-disks.service"
            );
        });
    expect(ours.map(({ Id }) => Id)).toContain("science-stacks-firewall.service");
    const said = await stack.ssh(
        `for unit in ${ours.map(({ Id }) => `'${Id}'`).join(" ")}; do systemd-analyze security --no-pager "$unit" | tail -n 1; done`,
    );
    const levels = new Map(
        [...said.matchAll(/level for (\S+): ([0-9.]+) /g)].map(([, unit, level]) => [unit, Number(level)]),
    );
    return ours
        .filter(({ Id, User }) => !(levels.get(Id)! <= (User ? EXPOSURE.user : EXPOSURE.root)))
        .map(({ Id }) => `${Id}: ${levels.get(Id)} of 10`);
}

/** Users of PostgreSQL, but for its own, with more than a database, and ways in without a password, where the machine has one. */
async function privileged(stack: TestStack): Promise<string[]> {
    const printed = await stack.ssh(`
        [ -e /etc/postgresql ] || exit 0
        cd / && runuser -u postgres -- psql -XAtq -c "
            select 'user ' || rolname from pg_roles where rolname <> 'postgres' and rolcanlogin
                and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls
                     or exists (select from pg_auth_members where member = pg_roles.oid));
            select 'entry ' || line_number || ' ' || type || ' ' || auth_method from pg_hba_file_rules
                where type <> 'local' and auth_method <> 'scram-sha-256' or auth_method not in ('peer', 'scram-sha-256');
            select 'listens on ' || setting from pg_settings where name = 'listen_addresses' and setting <> ''"
    `);
    return printed.split("\n").filter(Boolean);
}
