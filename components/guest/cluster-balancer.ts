import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { SecretFiles, type ConfigFiles } from "./config-files";
import { HaproxyPart } from "./haproxy-part";
import type { Packages } from "./packages";
import type { GuestFile } from "./program";

export interface ClusterBalancerArgs<Member> {
    /** The machine that uses the service. */
    machine: Machine;
    packages: Packages;
    members: pulumi.Output<Member[]>;
    /** Secret. The password by which it asks a member how it is. */
    checkPassword: pulumi.Output<string>;
    /** The authority that has signed the certificates of the members, as PEM. */
    authority: pulumi.Output<string>;
    /** What must be there before whoever uses the service is led to the members. @default nothing */
    after?: readonly pulumi.Resource[];
}

/** What HAProxy is given for a service. */
export interface ClusterBalancerFiles<Member> {
    /** The file that holds the password: for root and HAProxy alone. */
    secret: (password: string) => Record<string, GuestFile>;
    /** Its part of the configuration, and what that names. */
    part: (members: readonly Member[], authority: string, secretRevision: string) => Record<string, GuestFile>;
}

/** HAProxy on a machine that uses a service on several others, on its loopback address: it leads to the right one of them, by TLS. */
export abstract class ClusterBalancer<Member> extends pulumi.ComponentResource {
    /** It knows the members, and no others. */
    public readonly running: ConfigFiles;

    constructor(
        type: string,
        name: string,
        files: ClusterBalancerFiles<Member>,
        args: ClusterBalancerArgs<Member>,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super(type, name, {}, opts);

        const { machine, packages, members, checkPassword, authority, after = [] } = args;
        const secret = new SecretFiles(
            `${name}-secret`,
            { machine, files: checkPassword.apply(files.secret) },
            { parent: this, dependsOn: packages },
        );
        this.running = new HaproxyPart(
            `${name}-files`,
            {
                machine,
                files: pulumi
                    .all([members, authority, secret.revision])
                    .apply(([known, pem, revision]) => files.part(known as Member[], pem, revision)),
            },
            { parent: this, dependsOn: [secret, ...after] },
        );
        this.registerOutputs();
    }
}
