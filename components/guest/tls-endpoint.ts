import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import type { Signed } from "../stack-authority";
import { ConfigFiles, pemFile, SecretFiles } from "./config-files";
import { HaproxyPart } from "./haproxy-part";
import type { InstallStep } from "./install-step";
import type { Packages } from "./packages";
import {
    behindFiles,
    ENDPOINT_CERTIFICATE,
    ENDPOINT_UNIT,
    endpointFiles,
    type Behind,
    type EndpointSettings,
} from "./tls-endpoint-files";

export interface TlsEndpointArgs extends Pick<EndpointSettings, "name" | "services" | "timeoutSeconds" | "behind"> {
    machine: Machine;
    packages: Packages;
    /** What it shows at the machine's private address. */
    certificate: Signed;
    /** What must be there before it is changed. @default nothing */
    after?: readonly pulumi.Resource[];
}

/**
 * HAProxy on a machine whose services listen on loopback addresses: what the balancer of the stack reaches them by, with TLS, at the
 * machine's private address.
 */
export class TlsEndpoint extends pulumi.ComponentResource {
    /** It listens. */
    public readonly running: InstallStep;

    constructor(name: string, args: TlsEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:TlsEndpoint", name, {}, opts);

        const { machine, packages, certificate, services, timeoutSeconds, behind, after = [] } = args;
        // HAProxy reads them as its user.
        const readable = { owner: "root:haproxy", mode: "640" };
        const secrets = new SecretFiles(
            `${name}-secrets`,
            {
                machine,
                files: {
                    [ENDPOINT_CERTIFICATE]: pemFile(certificate.certificatePem, readable),
                    [`${ENDPOINT_CERTIFICATE}.key`]: pemFile(certificate.privateKeyPem, readable),
                },
            },
            { parent: this, dependsOn: packages },
        );
        const listening = new HaproxyPart(
            `${name}-files`,
            {
                machine,
                files: pulumi.all([machine.privateAddress, secrets.revision]).apply(([address, certificateRevision]) =>
                    endpointFiles({
                        name: args.name,
                        address,
                        certificateRevision,
                        services,
                        timeoutSeconds,
                        behind,
                    }),
                ),
            },
            { parent: this, dependsOn: [packages, secrets, ...after] },
        );
        this.running = behind ? this.listenWith(`${name}-behind`, args, behind, listening) : listening;
        this.registerOutputs();
    }

    /** Ties it to the unit that is behind it. */
    private listenWith(
        name: string,
        { machine, name: shown }: TlsEndpointArgs,
        behind: Behind,
        listening: InstallStep,
    ) {
        return new ConfigFiles(
            name,
            {
                ...{ machine, files: behindFiles(shown, behind) },
                ...{ notify: [`${ENDPOINT_UNIT}:restart`], enable: [ENDPOINT_UNIT] },
            },
            { parent: this, dependsOn: listening },
        );
    }
}
