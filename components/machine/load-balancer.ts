import type * as pulumi from "@pulumi/pulumi";
import type { ZoneSubnetsArgs } from "./managed";

/** The oldest version of TLS that users may speak. */
export type OldestTls = "TLSv1.2" | "TLSv1.3";

/** A port of the machine that users reach at the load balancer, by HTTPS at both. */
export interface BalancedService {
    /** What the port is for: the description of its rules. */
    description: string;
    port: number;
    /** What is asked of the machine to learn whether it answers, and by which statuses it does. */
    healthCheck: { path: string; statuses: readonly number[] };
}

export interface LoadBalancerArgs {
    /** The host name that users use, which the certificate is for. */
    serverName: string;
    /** A certificate that is there already. @default one that is asked for, by records in the hosted zone */
    certificateArn?: string;
    /** Where the name's records are made. @default nowhere: they are the user's */
    hostedZoneId?: string;
    oldestTls: OldestTls;
    /** How long a connection may say nothing, and an answer be waited for, in seconds. */
    idleTimeoutSeconds: number;
    /** With a way to the internet, one of them in the machine's zone. */
    subnets: ZoneSubnetsArgs;
    /** Networks that may reach it, in CIDR notation. */
    cidrs: readonly string[];
    /** Where plain HTTP is redirected to the first service. */
    httpPort: number;
    services: readonly [BalancedService, ...BalancedService[]];
    onDestroy: "delete" | "refuse";
}

/** A load balancer that stands before a machine's web server. */
export interface LoadBalancer {
    /** Its own name, which that of the server must lead to. */
    readonly dnsName: pulumi.Output<string>;
    /** Where its requests come from: a web server takes its word for who has sent them. */
    readonly networks: readonly string[];
    /** What must be there before users are answered. */
    readonly after: pulumi.Resource[];
}
