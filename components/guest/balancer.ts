import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import {
    balancerFiles,
    servicesOn,
    type BalancedServer,
    type BalancedService,
    type BalancerSettings,
} from "./balancer-files";
import type { ConfigFiles } from "./config-files";
import { HAPROXY_SOCKET } from "./haproxy";
import { HaproxyPart } from "./haproxy-part";
import { InstallStep } from "./install-step";
import type { Packages } from "./packages";

export interface BalancerArgs extends Omit<BalancerSettings, "name" | "services" | "servers" | "authority"> {
    /** Where the web server is. */
    machine: Machine;
    packages: Packages;
    /** What is behind it, e.g. "omero-web". */
    product: string;
    services: pulumi.Output<BalancedService[]>;
    servers: pulumi.Input<BalancedServer>[];
    /** The authority that has signed their certificates, as PEM. */
    authority: pulumi.Input<string>;
}

/**
 * HAProxy before the machines of a product, on the loopback address: it asks each of them every two seconds, and hands requests
 * to those that answer. A change of its configuration is validated, and loses no request.
 */
export class Balancer extends pulumi.ComponentResource {
    /** Differs when its configuration differs. */
    public readonly revision: pulumi.Output<string>;
    /** It knows its servers, and no others. */
    public readonly running: ConfigFiles;

    constructor(
        private readonly name: string,
        private readonly args: BalancerArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        const before = [{ type: "science-stacks:omero-web:Balancer" }];
        super("science-stacks:guest:Balancer", name, {}, pulumi.mergeOptions(opts, { aliases: before }));

        const { machine, packages, product, front, timeoutSeconds, checkSeconds } = args;
        this.running = new HaproxyPart(
            `${name}-files`,
            {
                machine,
                files: pulumi
                    .all([pulumi.all(args.servers), args.services, args.authority])
                    .apply(([servers, services, authority]) =>
                        balancerFiles({
                            name: product,
                            front,
                            services,
                            servers,
                            authority,
                            timeoutSeconds,
                            checkSeconds,
                        }),
                    ),
            },
            { parent: this, dependsOn: packages },
        );
        this.revision = this.running.revision;
        this.registerOutputs();
    }

    /**
     * The step that waits until HAProxy finds that a server answers.
     * @param machine the server
     * @param last the last steps of it: what they do otherwise is waited for anew
     */
    sees(server: string, machine: Machine, last: readonly InstallStep[]): InstallStep {
        const revision = pulumi
            .all([machine.identity, ...last.map((step) => step.revision)])
            .apply((parts) => parts.join(" "));
        return new InstallStep(
            `${this.name}-sees-${server}`,
            {
                machine: this.args.machine,
                program: pulumi.all([revision, this.args.services]).apply(([known, services]) => ({
                    script: "haproxy/sees.sh",
                    parameters: {
                        ...{ backends: servicesOn(services, server).map((service) => service.name), server },
                        ...{ socket: HAPROXY_SOCKET, revision: known },
                    },
                })),
            },
            { parent: this, dependsOn: [this.running, ...last] },
        );
    }
}
