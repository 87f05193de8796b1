import * as pulumi from "@pulumi/pulumi";
import type { TlsConfig } from "../certificate";
import type { Machine } from "../machine/machine";
import type { DNS_PROVIDERS } from "./acme-providers";
import { SecretFiles, secretPath } from "./config-files";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import type { GuestFile } from "./program";
import { guestScript } from "./shell";
import { ACME_DIRECTORY, ACME_WEBROOT, rootOnly } from "./site-certificate";

export interface AcmeSettings {
    /** The directory of the ACME server. */
    server: string;
    /** Of whom the authority writes to. */
    email: string;
    /** The certificate authority of a private ACME server, as PEM. @default those that the machine trusts */
    authority?: string;
    /** Shows by a record that the name is one's own (DNS-01), for machines that the internet does not reach. @default HTTP-01 */
    dns?: {
        provider: (typeof DNS_PROVIDERS)[number];
        /** What certbot's plugin reads; Route 53 needs none where the machine has a role. */
        credentials?: pulumi.Output<string>;
        /** Time that the record takes to be seen, in seconds. @default the plugin's own */
        propagationSeconds?: number;
    };
}

export interface AcmeArgs extends AcmeSettings {
    machine: Machine;
    packages: Packages;
    /** The name that the certificate is for. */
    serverName: pulumi.Input<string>;
}

const CREDENTIALS = secretPath("acme-dns");
const AUTHORITY = "/etc/science-stacks/acme-authority.pem";

/**
 * A certificate by ACME (RFC 8555), from Let's Encrypt or a server of one's own, by certbot; renewed by its timer, with the web server told.
 * The web server starts with a certificate that nobody trusts, answers the authority, and gets the real one then.
 * Guide: DCOR "SSL": "you should use Let's encrypt".
 */
export class Acme extends pulumi.ComponentResource {
    /** There is a certificate for a web server to start with. */
    public readonly prepared: pulumi.Resource;

    constructor(
        private readonly name: string,
        private readonly args: AcmeArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:guest:Acme", name, {}, opts);

        const { machine, packages, dns } = args;
        const credentials = dns?.credentials && rootOnly(dns.credentials);
        const secrets = new SecretFiles(
            `${name}-secrets`,
            { machine, files: credentials ? { [CREDENTIALS]: credentials } : {} },
            { parent: this, dependsOn: packages },
        );
        this.prepared = new InstallStep(
            `${name}-prepare`,
            {
                machine,
                program: {
                    script: "acme/prepare.sh",
                    parameters: { directory: ACME_DIRECTORY, webroot: ACME_WEBROOT },
                    files: acmeFiles(args),
                },
            },
            { parent: this, dependsOn: secrets },
        );
        this.registerOutputs();
    }

    /** Gets the certificate, once the web server answers. */
    obtain(webServer: pulumi.Resource): InstallStep {
        const { machine, serverName, server, email } = this.args;
        return new InstallStep(
            `${this.name}-obtain`,
            {
                machine,
                program: pulumi.output(serverName).apply((known) => ({
                    script: "acme/obtain.sh",
                    parameters: { server_name: known, server, email, challenge: challengeArguments(this.args) },
                })),
                timeoutSeconds: 600,
            },
            { parent: this, dependsOn: [this.prepared, webServer] },
        );
    }

    /** What the machine needs for the certificate that the configuration asks for. */
    static packages(config: TlsConfig): PackageSet {
        const plugin = config.mode === "acme" && config.dns ? [`python3-certbot-dns-${config.dns.provider}`] : [];
        return { packages: config.mode === "acme" ? ["certbot", "openssl", ...plugin] : [] };
    }
}

/** Files of certbot: what it calls with a new certificate, and what its renewals are told. */
export function acmeFiles({ authority, dns }: AcmeSettings): Record<string, GuestFile> {
    const environment = [
        ...(authority ? [`REQUESTS_CA_BUNDLE=${AUTHORITY}`] : []),
        ...(dns?.provider === "route53" && dns.credentials ? [`AWS_SHARED_CREDENTIALS_FILE=${CREDENTIALS}`] : []),
    ];
    return {
        "/usr/local/lib/science-stacks/acme-deploy": { content: guestScript("acme/deploy.sh"), mode: "755" },
        "/etc/systemd/system/certbot.service.d/science-stacks.conf": {
            content: `[Service]\n${environment.map((each) => `Environment=${each}\n`).join("")}`,
        },
        ...(authority && { [AUTHORITY]: { content: authority.endsWith("\n") ? authority : `${authority}\n` } }),
    };
}

/** How certbot shows that the name is one's own. */
export function challengeArguments({ dns }: AcmeSettings): string[] {
    if (dns === undefined) {
        return ["--webroot", "--webroot-path", ACME_WEBROOT];
    }
    const plugin = `--dns-${dns.provider}`;
    return [
        plugin,
        ...(dns.credentials && dns.provider !== "route53" ? [`${plugin}-credentials`, CREDENTIALS] : []),
        ...(dns.propagationSeconds === undefined
            ? []
            : [`${plugin}-propagation-seconds`, String(dns.propagationSeconds)]),
    ];
}
