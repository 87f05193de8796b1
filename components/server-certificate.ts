import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

export interface ServerCertificateArgs {
    /** The IPv4 address at which the server's clients reach it. */
    address: pulumi.Input<string>;
    /** @default 3650 */
    validityDays?: number;
}

const EARLY_RENEWAL_HOURS = 30 * 24;

/**
 * What a server between machines of the stack shows to its clients, who are given the authority: a certificate for its address,
 * signed by an authority that signs nothing else. Both are made anew by the first `up` in their last thirty days.
 */
export class ServerCertificate extends pulumi.ComponentResource {
    /** What clients verify the server by. */
    public readonly authorityPem: pulumi.Output<string>;
    public readonly certificatePem: pulumi.Output<string>;
    /** Secret. */
    public readonly privateKeyPem: pulumi.Output<string>;

    constructor(name: string, args: ServerCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:components:ServerCertificate", name, {}, opts);

        const { address, validityDays = 3650 } = args;
        const child = { parent: this };
        const kind = { algorithm: "ECDSA", ecdsaCurve: "P256" };
        const times = { validityPeriodHours: validityDays * 24, earlyRenewalHours: EARLY_RENEWAL_HOURS };

        const authorityKey = new tls.PrivateKey(`${name}-authority-key`, kind, child);
        const authority = new tls.SelfSignedCert(
            `${name}-authority`,
            {
                privateKeyPem: authorityKey.privateKeyPem,
                subject: { commonName: `Authority of ${pulumi.getStack()}` },
                isCaCertificate: true,
                allowedUses: ["cert_signing", "crl_signing"],
                ...times,
            },
            child,
        );
        const key = new tls.PrivateKey(`${name}-key`, kind, child);
        const request = new tls.CertRequest(
            `${name}-request`,
            {
                privateKeyPem: key.privateKeyPem,
                // nginx, and clients from before PostgreSQL 15, look for an address in the common name alone.
                subject: { commonName: address },
                ipAddresses: [address],
            },
            child,
        );
        const certificate = new tls.LocallySignedCert(
            `${name}-certificate`,
            {
                certRequestPem: request.certRequestPem,
                caCertPem: authority.certPem,
                caPrivateKeyPem: authorityKey.privateKeyPem,
                allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
                ...times,
            },
            child,
        );

        this.authorityPem = authority.certPem;
        this.certificatePem = certificate.certPem;
        this.privateKeyPem = key.privateKeyPem;
        this.registerOutputs();
    }
}
