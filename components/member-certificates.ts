import * as pulumi from "@pulumi/pulumi";
import { StackAuthority, type Signed } from "./stack-authority";

export interface MemberCertificatesArgs {
    /** The IPv4 address of each member, by its name. */
    members: Record<string, pulumi.Input<string>>;
    /** What they show it for. @default as servers to each other, and as clients */
    uses?: readonly ("server_auth" | "client_auth")[];
}

const HOURS_PER_YEAR = 365 * 24;
/** Members, and who uses them, know them by it: while one of them had another, it would be alone. So it outlives them. */
const AUTHORITY_YEARS = 50;
const MEMBER_YEARS = 10;
const EARLY_RENEWAL_HOURS = 30 * 24;

/**
 * Certificates of machines that work as one, by an authority that signs nothing else. A member's is made anew when its address changes,
 * and by the first `up` in its last thirty days; the others go on.
 */
export class MemberCertificates extends pulumi.ComponentResource {
    /** What all of them, and their clients, verify them by. */
    public readonly authorityPem: pulumi.Output<string>;
    /** By the names of the members. */
    public readonly certificates: Readonly<Record<string, Signed>>;

    constructor(
        name: string,
        { members, uses = ["server_auth", "client_auth"] }: MemberCertificatesArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:components:MemberCertificates", name, {}, opts);

        const authority = new StackAuthority(
            name,
            { validityPeriodHours: AUTHORITY_YEARS * HOURS_PER_YEAR },
            { parent: this },
        );
        const shown = {
            uses,
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
