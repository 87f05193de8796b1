import type * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import type { BalancedService, LoadBalancer, LoadBalancerArgs, OldestTls } from "../load-balancer";
import { balancerCertificate } from "./balancer-certificate";
import { balancerFirewall } from "./balancer-firewall";
import { balancerSubnets, type GivenSubnets } from "./balancer-subnets";
import type { AwsNetwork } from "./network";

export interface ApplicationLoadBalancerArgs extends LoadBalancerArgs {
    network: AwsNetwork;
    region: string;
    /** The machine before which it stands. */
    machineName: string;
    host: ec2.Instance;
    machineGroup: ec2.SecurityGroup;
    /** Its subnets, where they are there already. */
    given?: GivenSubnets;
}

/** Amazon's lists of ciphers with forward secrecy and authenticated encryption alone, by the oldest version of TLS in each. */
const TLS_POLICIES: Record<OldestTls, string> = {
    "TLSv1.2": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "TLSv1.3": "ELBSecurityPolicy-TLS13-1-3-2021-06",
};

/**
 * An Application Load Balancer: users reach it alone, by TLS with a certificate of ACM, and it hands their requests on to the machine by
 * TLS. It takes the machine's certificate unseen; between the two is the VPC, where nobody but Amazon can stand in the machine's place.
 * Who has sent a request is in X-Forwarded-For, at the end.
 */
export class ApplicationLoadBalancer extends pulumi.ComponentResource implements LoadBalancer {
    public readonly dnsName: pulumi.Output<string>;
    public readonly networks: readonly string[];
    public readonly after: pulumi.Resource[];

    constructor(name: string, args: ApplicationLoadBalancerArgs, opts: pulumi.ComponentResourceOptions) {
        super("science-stacks:machine:ApplicationLoadBalancer", name, {}, opts);

        const child = { parent: this };
        const { serverName, hostedZoneId, onDestroy } = args;
        const tags = { Name: `${args.machineName}-load-balancer` };
        const subnets = balancerSubnets(name, { ...args, tags }, args.subnets, child);
        const { group, open } = balancerFirewall(name, { ...args, tags }, child);
        const balancer = new lb.LoadBalancer(
            name,
            {
                loadBalancerType: "application",
                internal: false,
                ipAddressType: "ipv4",
                subnets: subnets.ids,
                securityGroups: [group.id],
                idleTimeout: args.idleTimeoutSeconds,
                dropInvalidHeaderFields: true,
                desyncMitigationMode: "defensive",
                xffHeaderProcessingMode: "append",
                // A signed request names the host that it was sent to, with its port.
                preserveHostHeader: true,
                enableDeletionProtection: onDestroy === "refuse",
                tags: { ...tags, OnDestroy: onDestroy },
            },
            { ...child, protect: onDestroy === "refuse", dependsOn: subnets.routed },
        );
        const shown = {
            certificateArn: balancerCertificate(`${name}-certificate`, { ...args, tags }, child),
            sslPolicy: TLS_POLICIES[args.oldestTls],
        };
        const listeners = args.services.map((service) =>
            listener(name, balancer, service, { ...args, ...shown, tags }, child),
        );
        const redirect = redirection(name, balancer, args, tags, child);
        const record = hostedZoneId === undefined ? [] : [nameOf(name, balancer, { serverName, hostedZoneId }, child)];

        this.dnsName = balancer.dnsName;
        this.networks = subnets.networks;
        this.after = [...open, ...listeners.flat(), redirect, ...record];
        this.registerOutputs({ dnsName: this.dnsName });
    }
}

interface Shown extends Pick<ApplicationLoadBalancerArgs, "network" | "host"> {
    certificateArn: pulumi.Input<string>;
    sslPolicy: string;
    tags: Record<string, string>;
}

/** A port of the load balancer, and the machine's own behind it. Names end with the port, so that another one is made beside the first. */
function listener(
    name: string,
    { arn: loadBalancerArn }: lb.LoadBalancer,
    { port, healthCheck: { path, statuses } }: BalancedService,
    { network, host, certificateArn, sslPolicy, tags }: Shown,
    opts: { parent: pulumi.Resource },
): pulumi.Resource[] {
    const targets = new lb.TargetGroup(
        `${name}-${port}`,
        {
            vpcId: network.vpcId,
            targetType: "instance",
            protocol: "HTTPS",
            protocolVersion: "HTTP1",
            port,
            healthCheck: {
                protocol: "HTTPS",
                path,
                matcher: statuses.join(","),
                interval: 30,
                timeout: 10,
                healthyThreshold: 2,
                unhealthyThreshold: 2,
            },
            tags,
        },
        opts,
    );
    const machine = new lb.TargetGroupAttachment(
        `${name}-${port}-machine`,
        { targetGroupArn: targets.arn, targetId: host.id, port },
        { ...opts, deletedWith: targets },
    );
    const defaultActions = [{ type: "forward", targetGroupArn: targets.arn }];
    const opened = new lb.Listener(
        `${name}-${port}-listener`,
        { loadBalancerArn, port, protocol: "HTTPS", certificateArn, sslPolicy, defaultActions, tags },
        opts,
    );
    return [machine, opened];
}

/** Plain HTTP leads to the server's own name, whichever name it was asked for by. */
function redirection(
    name: string,
    { arn: loadBalancerArn }: lb.LoadBalancer,
    { serverName, httpPort, services: [{ port }] }: LoadBalancerArgs,
    tags: Record<string, string>,
    opts: { parent: pulumi.Resource },
): lb.Listener {
    const redirect = { protocol: "HTTPS", host: serverName, port: String(port), statusCode: "HTTP_301" };
    return new lb.Listener(
        `${name}-redirect`,
        {
            loadBalancerArn,
            port: httpPort,
            protocol: "HTTP",
            defaultActions: [{ type: "redirect", redirect }],
            tags,
        },
        opts,
    );
}

/** The server's name leads to the load balancer, whichever addresses Amazon gives it. */
function nameOf(
    name: string,
    { dnsName, zoneId }: lb.LoadBalancer,
    { serverName, hostedZoneId }: { serverName: string; hostedZoneId: string },
    opts: { parent: pulumi.Resource },
): route53.Record {
    const alias = { name: dnsName, zoneId, evaluateTargetHealth: false };
    return new route53.Record(
        `${name}-record`,
        { zoneId: hostedZoneId, name: serverName, type: "A", aliases: [alias] },
        opts,
    );
}
