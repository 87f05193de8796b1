import { hostNetwork } from "../machine/machine";

/** Where a server that is used over the network has its certificate, and the key of it. */
export const SERVER_CERTIFICATE = "/etc/ssl/certs/science-stacks-postgresql.pem";
export const SERVER_KEY = "/etc/ssl/private/science-stacks-postgresql.key";

/**
 * The server's settings; what is not among them is as Debian has it.
 * @param certificate a mark of the certificate that it shows on the network. @default it is not on the network
 */
export function serverSettings(sharedBuffersMiB = 256, certificate?: string): string {
    const reach =
        certificate === undefined
            ? ["# Reachable by the local socket alone.", "listen_addresses = ''"]
            : [
                  "# Who comes in is said by pg_hba.conf, and by the firewall before it: at boot, the machine may not have its address yet.",
                  "listen_addresses = '*'",
                  `# Certificate ${certificate}`,
                  "ssl = on",
                  `ssl_cert_file = '${SERVER_CERTIFICATE}'`,
                  `ssl_key_file = '${SERVER_KEY}'`,
              ];
    return [...reach, "password_encryption = 'scram-sha-256'", `shared_buffers = ${sharedBuffersMiB}MB`, ""].join("\n");
}

/** pg_hba.conf of a server for other machines. @param addresses their IPv4 addresses */
export function accessPolicy(addresses: readonly string[]): string {
    return [
        "# The machines of the stack that use this server, by TLS and with a password; on the machine itself, its superuser without one.",
        "local all postgres peer",
        "local all all scram-sha-256",
        ...addresses.map((address) => `hostssl all all ${hostNetwork(address)} scram-sha-256`),
        "",
    ].join("\n");
}
