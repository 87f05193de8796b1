/**
 * What OpenSSH needs for a stack's machine, laid in a private directory: private keys, host keys, and a configuration that
 * knows no other machine than `stack`, and the bastion before it.
 * As a program, with a directory: reads a stack's output `ssh` (JSON, from standard input), lays the files there, and prints the
 * destination's name. With a name as well: of all outputs, the machine that its user has named so.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

/** @returns the path of the configuration */
export function laySshFiles(connection, directory) {
    const { proxy } = connection;
    const config = join(directory, "config");
    const hosts = [
        ...host("stack", connection, directory, proxy ? [`ProxyCommand ssh -F "${config}" -W [%h]:%p bastion`] : []),
        ...(proxy ? host("bastion", proxy, directory) : []),
    ];
    writeFileSync(config, `${hosts.join("\n")}\n`, { mode: 0o600 });
    return config;
}

function host(name, { host, port = 22, user = "root", privateKey, hostKey }, directory, more = []) {
    if (!host || !hostKey) {
        throw new Error("the output `ssh` is not whole: host and hostKey must be in it");
    }
    const lay = (file, content) => {
        const path = join(directory, file);
        writeFileSync(path, content.endsWith("\n") ? content : `${content}\n`, { mode: 0o600 });
        return `"${path}"`;
    };
    return [
        `Host ${name}`,
        `HostName ${host}`,
        `Port ${port}`,
        `User ${user}`,
        // Without a key of its own, it is the SSH agent that knows one.
        ...(privateKey
            ? [`IdentityFile ${lay(`${name}-key`, privateKey)}`, "IdentitiesOnly yes", "IdentityAgent none"]
            : []),
        "BatchMode yes",
        // A machine that is gone does not say so.
        "ServerAliveInterval 15",
        `UserKnownHostsFile ${lay(`${name}-known-hosts`, `${name} ${hostKey}`)}`,
        "GlobalKnownHostsFile /dev/null",
        `HostKeyAlias ${name}`,
        "StrictHostKeyChecking yes",
        ...more,
        "",
    ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    const output = await text(process.stdin);
    if (output === "") {
        process.exit(1); // The CLI has said why there is none.
    }
    const [, , directory, name] = process.argv;
    const found = JSON.parse(output);
    const members = { ...found.databaseMemberSsh, ...found.redisMemberSsh, ...found.searchMemberSsh };
    const named = { ...found.applicationSsh, ...members };
    const login = "hostKey" in found ? found : named[name];
    if (login === undefined) {
        process.exit(1); // The caller knows what it asked for.
    }
    laySshFiles(login, directory);
    console.log("stack");
}
