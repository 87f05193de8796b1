import * as acm from "@pulumi/aws/acm";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancerArgs } from "../load-balancer";

interface Args extends Pick<LoadBalancerArgs, "serverName" | "certificateArn" | "hostedZoneId"> {
    tags: Record<string, string>;
}

/** The ARN of the certificate that users are shown: of one that is there, or that ACM gives by a record in the name's zone. */
export function balancerCertificate(
    name: string,
    { certificateArn, hostedZoneId, ...args }: Args,
    opts: { parent: pulumi.Resource },
): pulumi.Input<string> {
    if (certificateArn !== undefined) {
        return certificateArn;
    }
    if (hostedZoneId === undefined) {
        throw new Error(`${name}: give a certificate, or the hosted zone in which ACM is asked for one`);
    }
    return dnsCertificate(name, { ...args, hostedZoneId }, opts);
}

/**
 * A certificate of Amazon's. That the name is the account's own is shown by a record in its zone, which stays: by it ACM renews the
 * certificate each year. Its ARN is known once the certificate is given.
 */
function dnsCertificate(
    name: string,
    { serverName, hostedZoneId, tags }: Pick<Args, "serverName" | "tags"> & { hostedZoneId: string },
    opts: { parent: pulumi.Resource },
): pulumi.Output<string> {
    const certificate = new acm.Certificate(name, { domainName: serverName, validationMethod: "DNS", tags }, opts);
    const asked = certificate.domainValidationOptions.apply(([option]) => option!);
    const record = new route53.Record(
        `${name}-record`,
        {
            zoneId: hostedZoneId,
            name: asked.resourceRecordName,
            type: asked.resourceRecordType,
            ttl: 300,
            records: [asked.resourceRecordValue],
        },
        opts,
    );
    return new acm.CertificateValidation(
        `${name}-given`,
        { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
        opts,
    ).certificateArn;
}
