import * as pulumi from "@pulumi/pulumi";
import { StackAuthority, type Signed } from "./stack-authority";

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
export class ServerCertificate extends pulumi.ComponentResource implements Signed {
    /** What clients verify the server by. */
    public readonly authorityPem: pulumi.Output<string>;
    public readonly certificatePem: pulumi.Output<string>;
    /** Secret. */
    public readonly privateKeyPem: pulumi.Output<string>;

    constructor(name: string, args: ServerCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:components:ServerCertificate", name, {}, opts);

        const { address, validityDays = 3650 } = args;
        const times = { validityPeriodHours: validityDays * 24, earlyRenewalHours: EARLY_RENEWAL_HOURS };
        const authority = new StackAuthority(name, times, { parent: this });
        const { certificatePem, privateKeyPem } = authority.sign(name, { address, ...times });

        this.authorityPem = authority.pem;
        this.certificatePem = certificatePem;
        this.privateKeyPem = privateKeyPem;
        this.registerOutputs();
    }
}
