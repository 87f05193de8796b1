import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { withEmail } from "./certificate-email";
import type { AcmeSettings } from "./guest/acme";

const HOURS_PER_DAY = 24;

export interface CertificateArgs {
    /** Names and addresses that the certificate is for; the first is its common name. */
    names: pulumi.Input<pulumi.Input<string>[]>;
    /** @default 3650, the guides' ten years */
    validityDays?: number;
    /** Further fields of the subject. @default none */
    subject?: { country?: string; province?: string; locality?: string; organization?: string };
    /** An e-mail address among the certificate's names, of whom to ask. @default none */
    email?: string;
}

/** A certificate with its key, both as PEM. */
export interface CertificateOutputs {
    /** The certificate, to be handed to users: they trust it, and it alone. */
    readonly certificatePem: pulumi.Output<string>;
    /** Secret. */
    readonly privateKeyPem: pulumi.Output<string>;
}

/**
 * A self-signed certificate: RSA 4096, SHA-256, made once and kept in the state.
 * It is made anew when its names change, and by the first `up` in its last thirty days.
 * Guide: DCOR "Creating an SSL certificate".
 */
export class SelfSignedCertificate extends pulumi.ComponentResource implements CertificateOutputs {
    public readonly certificatePem: pulumi.Output<string>;
    public readonly privateKeyPem: pulumi.Output<string>;

    constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:components:SelfSignedCertificate", name, {}, opts);

        const names = pulumi.output(args.names);
        const key = new tls.PrivateKey(`${name}-key`, { algorithm: "RSA", rsaBits: 4096 }, { parent: this });
        const certificate = new tls.SelfSignedCert(
            `${name}-self-signed`,
            {
                privateKeyPem: key.privateKeyPem,
                subject: names.apply(([commonName]) => ({ commonName, ...args.subject })),
                dnsNames: names.apply((all) => all.filter((each) => isIP(each) === 0)),
                ipAddresses: names.apply((all) => all.filter((each) => isIP(each) !== 0)),
                validityPeriodHours: (args.validityDays ?? 3650) * HOURS_PER_DAY,
                earlyRenewalHours: 30 * HOURS_PER_DAY,
                allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
            },
            { parent: this },
        );

        const { email } = args;
        this.certificatePem =
            email === undefined
                ? certificate.certPem
                : pulumi.unsecret(
                      pulumi
                          .all([certificate.certPem, key.privateKeyPem])
                          .apply(([pem, keyPem]) => withEmail(pem, keyPem, email)),
                  );
        this.privateKeyPem = key.privateKeyPem;
        this.registerOutputs({ certificatePem: this.certificatePem, privateKeyPem: this.privateKeyPem });
    }
}

/** A certificate that the machine gets by itself, by ACME. */
export interface AcmeCertificate {
    /** What users trust besides what their systems do: the authority of a private ACME server. */
    readonly certificatePem?: pulumi.Output<string>;
    readonly privateKeyPem?: undefined;
    readonly acme: AcmeSettings & { serverName: pulumi.Output<string> };
}

/** What a web server shows to its visitors. */
export type SiteCertificate = (CertificateOutputs & { readonly acme?: undefined }) | AcmeCertificate;

/** The modes of `tls` in a stack's configuration. */
export type TlsConfig =
    | ({ mode: "selfSigned" } & Omit<CertificateArgs, "names">)
    | { mode: "own"; certificate: string; privateKey: pulumi.Output<string> }
    | ({ mode: "acme" } & AcmeSettings)
    | { mode: "none" };

/** The certificate that the configuration asks for; none for plain HTTP. */
export function createCertificate(
    name: string,
    config: TlsConfig,
    names: CertificateArgs["names"],
): SiteCertificate | undefined {
    switch (config.mode) {
        case "selfSigned":
            return new SelfSignedCertificate(name, { names, ...config });
        case "own":
            return { certificatePem: pulumi.output(config.certificate), privateKeyPem: config.privateKey };
        case "acme": {
            const serverName = pulumi.output(names).apply(([first = ""]) => first);
            const { authority } = config;
            return {
                acme: { ...config, serverName },
                certificatePem: authority ? pulumi.output(authority) : undefined,
            };
        }
        case "none":
            return undefined;
    }
}
