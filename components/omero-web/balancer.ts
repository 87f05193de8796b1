import * as pulumi from "@pulumi/pulumi";
import { ConfigFiles } from "../guest/config-files";
import { InstallStep } from "../guest/install-step";
import type { Packages } from "../guest/packages";
import type { Machine } from "../machine/machine";
import {
    BALANCED,
    BALANCER_CONFIGURATION,
    BALANCER_SOCKET,
    BALANCER_UNIT,
    balancerFiles,
    type BalancedServer,
    type BalancerSettings,
} from "./balancer-files";

export interface BalancerArgs extends Omit<BalancerSettings, "check" | "servers"> {
    /** Where nginx is. */
    machine: Machine;
    packages: Packages;
    check: pulumi.Input<BalancerSettings["check"]>;
    servers: pulumi.Input<BalancedServer>[];
}

/**
 * HAProxy before the machines of OMERO.web, on the loopback address: it asks each of them every two seconds, and hands requests
 * to those that answer. A change of its configuration is validated, and loses no request.
 */
export class Balancer extends pulumi.ComponentResource {
    /** Differs when its configuration differs. */
    public readonly revision: pulumi.Output<string>;
    private readonly running: ConfigFiles;

    constructor(
        private readonly name: string,
        private readonly args: BalancerArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super("science-stacks:omero-web:Balancer", name, {}, opts);

        const { machine, packages, timeoutSeconds } = args;
        this.running = new ConfigFiles(
            `${name}-files`,
            {
                machine,
                files: pulumi
                    .all([pulumi.all(args.servers), args.check])
                    .apply(([servers, check]) => balancerFiles({ servers, check, timeoutSeconds })),
                validate: `haproxy -c -q -f ${BALANCER_CONFIGURATION}`,
                notify: [`${BALANCER_UNIT}:reload`],
                enable: [BALANCER_UNIT],
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
                program: revision.apply((known) => ({
                    script: "haproxy/sees.sh",
                    parameters: { backend: BALANCED, server, socket: BALANCER_SOCKET, revision: known },
                })),
            },
            { parent: this, dependsOn: [this.running, ...last] },
        );
    }
}
