import * as pulumi from "@pulumi/pulumi";
import { createCertificate, type SiteCertificate, type TlsConfig } from "../components/certificate";
import type { Balancer, PublicAddress } from "../components/guest/public-address";
import type { FirewallRule, Machine } from "../components/machine/machine";
import type { LoadBalancerConfig } from "./config/load-balancer";

/** What the configuration of each product says of where its pages are reached, and by whom. */
export interface WebFront {
    /** @default the machine's address */
    serverName?: string;
    tls: TlsConfig;
    firewall: { web: readonly string[]; ssh: readonly string[] };
    /** @default users reach the machine itself */
    loadBalancer?: LoadBalancerConfig;
}

/** The ports are each product's own. */
export interface WebPorts {
    httpPort: number;
    httpsPort: number;
}

/**
 * The address of the pages, and who asks for them where that is not the users themselves.
 * @param further names that the server answers to, besides its own and the machine's address
 */
export function publicAddress(
    front: WebFront,
    { httpPort, httpsPort }: WebPorts,
    machine: Machine,
    { further = [], balancer }: { further?: readonly string[]; balancer?: Balancer } = {},
): pulumi.Output<PublicAddress> {
    const { serverName, tls } = front;
    return askedAddress(front, machine).apply((own) => ({
        serverName: serverName ?? own,
        aliases: [...new Set([own, ...further])].filter((name) => name !== (serverName ?? own)),
        tls: tls.mode !== "none",
        acme: tls.mode === "acme",
        httpPort,
        httpsPort,
        ...(balancer && { balancer }),
    }));
}

/** The machine's address for whoever asks it for a page: for its health a load balancer asks for the private one. */
const askedAddress = ({ loadBalancer }: WebFront, machine: Machine) =>
    loadBalancer === undefined ? machine.address : machine.privateAddress;

/** The certificate of the pages, for the server's name and the machine's address. */
export function siteCertificate(front: WebFront, machine: Machine): SiteCertificate | undefined {
    const own = askedAddress(front, machine);
    return createCertificate("certificate", front.tls, [front.serverName ?? own, own]);
}

/** What of it users see, and are given: nothing where a load balancer shows them Amazon's, which all systems know. */
export function shownCertificate(
    { loadBalancer }: WebFront,
    certificate?: SiteCertificate,
): SiteCertificate | undefined {
    return loadBalancer === undefined ? certificate : undefined;
}

/** Who reaches the machine's web ports: nobody where a load balancer does, which is let in by a rule of its own. */
export const visitors = ({ firewall, loadBalancer }: WebFront): readonly string[] =>
    loadBalancer === undefined ? firewall.web : [];

/** The ports that the web server listens on. */
export function webPorts({ tls }: WebFront, { httpPort, httpsPort }: WebPorts): number[] {
    return tls.mode === "none" ? [httpPort] : [httpPort, httpsPort];
}

/** Who reaches which port. @param further rules of the product's own; those for nobody are left out */
export function firewallRules(front: WebFront, ports: WebPorts, further: readonly FirewallRule[] = []): FirewallRule[] {
    const [web, { ssh }] = [visitors(front), front.firewall];
    const [http, https] = webPorts(front, ports);
    const rules = [
        { description: "HTTP", port: http!, cidrs: web },
        ...(https === undefined ? [] : [{ description: "HTTPS", port: https, cidrs: web }]),
        ...further,
        { description: "SSH of the administrators", port: 22, cidrs: ssh },
    ];
    return rules.filter(({ cidrs, machines = [] }) => cidrs.length + machines.length > 0);
}
