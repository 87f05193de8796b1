import * as ec2 from "@pulumi/aws/ec2";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";

export interface MachineAddressArgs {
    instance: ec2.Instance;
    machineName: string;
    /** An Elastic IP, which outlives the instance; else its private address. */
    public: boolean;
    /** A record of Route 53 for the address. @default none */
    dns?: { zoneId: string; name: string };
}

/** The address at which users and SSH reach the machine. */
export function machineAddress(
    name: string,
    { instance, machineName, public: isPublic, dns }: MachineAddressArgs,
    opts: { parent: pulumi.Resource },
): pulumi.Output<string> {
    const address = isPublic ? elasticIp(name, instance, machineName, opts) : instance.privateIp;
    if (dns !== undefined) {
        const record = { zoneId: dns.zoneId, name: dns.name, type: "A", ttl: 300, records: [address] };
        new route53.Record(`${name}-record`, record, opts);
    }
    return address;
}

function elasticIp(
    name: string,
    instance: ec2.Instance,
    machineName: string,
    opts: { parent: pulumi.Resource },
): pulumi.Output<string> {
    const ip = new ec2.Eip(`${name}-ip`, { domain: "vpc", tags: { Name: machineName } }, opts);
    new ec2.EipAssociation(
        `${name}-ip-association`,
        { allocationId: ip.allocationId, instanceId: instance.id },
        { ...opts, deleteBeforeReplace: true },
    );
    return ip.publicIp;
}
