import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** How long a certificate is good for. */
export interface Validity {
    validityPeriodHours: number;
    /** The first `up` in this time before its end makes it anew. @default never */
    earlyRenewalHours?: number;
}

/** What a machine shows to others of its stack. */
export interface Signed {
    /** What they verify it by: the authority that has signed it. */
    readonly authorityPem: pulumi.Output<string>;
    readonly certificatePem: pulumi.Output<string>;
    /** Secret. */
    readonly privateKeyPem: pulumi.Output<string>;
}

interface Request extends Validity {
    /** The IPv4 address that the certificate is for. */
    address: pulumi.Input<string>;
    /** What it is shown for. @default to those who come as clients */
    uses?: readonly string[];
}

const KIND = { algorithm: "ECDSA", ecdsaCurve: "P256" };

/** An authority of a stack's own, for what one component of it signs, and nothing else. */
export class StackAuthority {
    /** What clients verify by. */
    public readonly pem: pulumi.Output<string>;
    private readonly key: tls.PrivateKey;

    /** @param name of its resources: `<name>-authority` and `<name>-authority-key` */
    constructor(
        name: string,
        validity: Validity,
        private readonly child: { parent: pulumi.Resource },
    ) {
        this.key = new tls.PrivateKey(`${name}-authority-key`, KIND, child);
        this.pem = new tls.SelfSignedCert(
            `${name}-authority`,
            {
                privateKeyPem: this.key.privateKeyPem,
                subject: { commonName: `Authority of ${pulumi.getStack()}` },
                isCaCertificate: true,
                allowedUses: ["cert_signing", "crl_signing"],
                ...validity,
            },
            child,
        ).certPem;
    }

    /** A key, and a certificate for an address. @param name of the resources: `<name>-key`, `<name>-request` and `<name>-certificate` */
    sign(name: string, { address, uses = ["server_auth"], ...validity }: Request): Signed {
        const { privateKeyPem } = new tls.PrivateKey(`${name}-key`, KIND, this.child);
        const { certRequestPem } = new tls.CertRequest(
            `${name}-request`,
            {
                privateKeyPem,
                // nginx, and clients from before PostgreSQL 15, look for an address in the common name alone.
                subject: { commonName: address },
                ipAddresses: [address],
            },
            this.child,
        );
        const { certPem } = new tls.LocallySignedCert(
            `${name}-certificate`,
            {
                certRequestPem,
                caCertPem: this.pem,
                caPrivateKeyPem: this.key.privateKeyPem,
                allowedUses: ["digital_signature", "key_encipherment", ...uses],
                ...validity,
            },
            this.child,
        );
        return { authorityPem: this.pem, certificatePem: certPem, privateKeyPem };
    }
}
