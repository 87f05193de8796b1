import * as pulumi from "@pulumi/pulumi";
import { StackAuthority, type Signed } from "./stack-authority";

export interface MemberCertificatesArgs {
    /** The IPv4 address of each member, by its name. */
    members: Record<string, pulumi.Input<string>>;
}

const HOURS_PER_YEAR = 365 * 24;
/** The members know each other by it: while one of them had another, it would be alone. So it outlives them. */
const AUTHORITY_YEARS = 50;
const MEMBER_YEARS = 10;
const EARLY_RENEWAL_HOURS = 30 * 24;

/**
 * Certificates of machines that work as one, by an authority that signs nothing else: with them they are servers to each other, and
 * clients. A member's is made anew when its address changes, and by the first `up` in its last thirty days; the others go on.
 */
export class MemberCertificates extends pulumi.ComponentResource {
    /** What all of them, and their clients, verify them by. */
    public readonly authorityPem: pulumi.Output<string>;
    /** By the names of the members. */
    public readonly certificates: Readonly<Record<string, Signed>>;

    constructor(name: string, { members }: MemberCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:components:MemberCertificates", name, {}, opts);

        const authority = new StackAuthority(
            name,
            { validityPeriodHours: AUTHORITY_YEARS * HOURS_PER_YEAR },
            { parent: this },
        );
        const shown = {
            uses: ["server_auth", "client_auth"],
            validityPeriodHours: MEMBER_YEARS * HOURS_PER_YEAR,
            earlyRenewalHours: EARLY_RENEWAL_HOURS,
        };
        this.authorityPem = authority.pem;
        this.certificates = Object.fromEntries(
            Object.entries(members).map(([member, address]) => [
                member,
                authority.sign(`${name}-${member}`, { address, ...shown }),
            ]),
        );
        this.registerOutputs();
    }
}
