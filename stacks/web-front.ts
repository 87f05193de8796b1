import * as pulumi from "@pulumi/pulumi";
import { createCertificate, type SiteCertificate, type TlsConfig } from "../components/certificate";
import type { PublicAddress } from "../components/guest/public-address";
import type { FirewallRule, Machine } from "../components/machine/machine";

/** What the configuration of each product says of where its pages are reached, and by whom. */
export interface WebFront {
    /** @default the machine's address */
    serverName?: string;
    tls: TlsConfig;
    firewall: { web: readonly string[]; ssh: readonly string[] };
}

/** The ports are each product's own. */
export interface WebPorts {
    httpPort: number;
    httpsPort: number;
}

/** @param further names that the server answers to, besides its own and the machine's address */
export function publicAddress(
    { serverName, tls }: WebFront,
    { httpPort, httpsPort }: WebPorts,
    machine: Machine,
    further: readonly string[] = [],
): pulumi.Output<PublicAddress> {
    return machine.address.apply((own) => ({
        serverName: serverName ?? own,
        aliases: [...new Set([own, ...further])].filter((name) => name !== (serverName ?? own)),
        tls: tls.mode !== "none",
        acme: tls.mode === "acme",
        httpPort,
        httpsPort,
    }));
}

/** The certificate of the pages, for the server's name and the machine's address. */
export function siteCertificate({ serverName, tls }: WebFront, machine: Machine): SiteCertificate | undefined {
    return createCertificate("certificate", tls, [serverName ?? machine.address, machine.address]);
}

/** The ports that the web server listens on. */
export function webPorts({ tls }: WebFront, { httpPort, httpsPort }: WebPorts): number[] {
    return tls.mode === "none" ? [httpPort] : [httpPort, httpsPort];
}

/** Who reaches which port. @param further rules of the product's own; those for nobody are left out */
export function firewallRules(front: WebFront, ports: WebPorts, further: readonly FirewallRule[] = []): FirewallRule[] {
    const { web, ssh } = front.firewall;
    const [http, https] = webPorts(front, ports);
    const rules = [
        { description: "HTTP", port: http!, cidrs: web },
        ...(https === undefined ? [] : [{ description: "HTTPS", port: https, cidrs: web }]),
        ...further,
        { description: "SSH of the administrators", port: 22, cidrs: ssh },
    ];
    return rules.filter(({ cidrs, machines = [] }) => cidrs.length + machines.length > 0);
}
