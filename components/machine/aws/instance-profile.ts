import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

const assumedBy = (service: string) =>
    JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    });

/** A role that a service of AWS takes, with one of Amazon's own policies. */
export function serviceRole(
    name: string,
    { service, policyArn, description }: { service: string; policyArn: string; description: string },
    opts: { parent: pulumi.Resource },
): { role: iam.Role; allowed: pulumi.Resource } {
    const tags = { Name: pulumi.getStack() };
    const role = new iam.Role(`${name}-role`, { description, assumeRolePolicy: assumedBy(service), tags }, opts);
    const allowed = new iam.RolePolicyAttachment(`${name}-policy`, { role: role.name, policyArn }, opts);
    return { role, allowed };
}

/** What the instance may do in the account: be managed by Systems Manager, and nothing else. */
export function instanceProfile(
    name: string,
    machineName: string,
    opts: { parent: pulumi.Resource },
): iam.InstanceProfile {
    const { role } = serviceRole(
        name,
        {
            service: "ec2.amazonaws.com",
            policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
            description: `Lets Systems Manager reach the machine of ${machineName}`,
        },
        opts,
    );
    return new iam.InstanceProfile(`${name}-profile`, { role: role.name, tags: { Name: machineName } }, opts);
}
