import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificate } from "../certificate";
import { Acme } from "../guest/acme";
import { ConfigFiles, SecretFiles } from "../guest/config-files";
import { hardening, WEB_SERVER } from "../guest/hardening";
import { InstallStep } from "../guest/install-step";
import type { Packages, PackageSet } from "../guest/packages";
import type { PublicAddress } from "../guest/public-address";
import { certificateFile, keyFiles, rootOnly } from "../guest/site-certificate";
import type { Machine } from "../machine/machine";
import { ACCESS_CONTROL_FILE, frontFiles, frontModules, routeFiles, type AccessControl } from "./render-front";
import { SITE_PACKAGE } from "./software";

const APACHE = "apache2.service";

/** An access control with the directives that set it up for the server as a whole, which may hold a client's password. */
export type AccessControlConfig = AccessControl & { directives?: pulumi.Output<string> };

export interface EoxServerSiteArgs {
    machine: Machine;
    packages: Packages;
    /** The instances that the site leads to. */
    instances: readonly string[];
    /** What stands before them, where they are on other machines. @default each has a back end on this machine */
    balancer?: string;
    /** What must be there before the site leads to them: they answer. */
    after: readonly InstallStep[];
    address: pulumi.Output<PublicAddress>;
    /** Needed where the address has TLS. */
    certificate?: SiteCertificate;
    /** Networks that may reach the administration and the metrics. */
    adminCidrs: readonly string[];
    /** The time that an answer may take, in seconds. @default 600 */
    requestTimeoutSeconds?: number;
    /** @default none: EOxServer itself has none */
    accessControl?: AccessControlConfig;
}

/**
 * The web server in front of the instances: TLS, redirects, static files, limits of access.
 * It learns from a map of its own which instances there are: nothing is reloaded when one comes or goes.
 * Guide: step 1, and the virtual host of step 6.
 */
export class EoxServerSite extends pulumi.ComponentResource {
    /** Differs when what the site serves differs. */
    public readonly revision: pulumi.Output<string>;

    constructor(name: string, args: EoxServerSiteArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:eoxserver:Site", name, {}, opts);

        const { machine, packages, instances, balancer, address, certificate, adminCidrs, accessControl } = args;
        const modules = new InstallStep(
            `${name}-modules`,
            {
                machine,
                program: address.apply((known) => ({
                    script: "apache/modules.sh",
                    parameters: frontModules({ address: known, accessControl }),
                    notify: [`${APACHE}:restart`],
                })),
                removable: true,
            },
            { parent: this, dependsOn: packages },
        );
        const acme =
            certificate?.acme && new Acme(`${name}-acme`, { machine, packages, ...certificate.acme }, { parent: this });
        const secrets = new SecretFiles(
            `${name}-secrets`,
            { machine, files: secretFiles(certificate, accessControl) },
            { parent: this, dependsOn: packages },
        );
        const routes = new ConfigFiles(
            `${name}-routes`,
            { machine, files: routeFiles(instances, balancer) },
            { parent: this, dependsOn: [packages, ...args.after] },
        );

        const files = new ConfigFiles(
            `${name}-files`,
            {
                machine,
                files: pulumi
                    .all([address, certificateFile(certificate), secrets.revision])
                    .apply(([known, pem, revision]) => ({
                        ...frontFiles({
                            address: known,
                            adminCidrs,
                            timeoutSeconds: args.requestTimeoutSeconds,
                            isBalanced: balancer !== undefined,
                            accessControl,
                        }),
                        ...pem,
                        // Apache reads its keys when it is reloaded: a new key is a change of its configuration.
                        "/etc/apache2/science-stacks/secrets-revision": { content: `${revision}\n` },
                    })),
                validate: "apache2ctl configtest",
                notify: [`${APACHE}:reload`],
                enable: [APACHE],
            },
            { parent: this, dependsOn: [modules, secrets, routes, ...(acme ? [acme.prepared] : [])] },
        );
        const certified = acme?.obtain(files);
        this.revision = pulumi
            .all([files.revision, routes.revision, ...(certified ? [certified.revision] : [])])
            .apply((revisions) => revisions.join("-"));
        this.registerOutputs();
    }

    /** Debian's packages: Apache, and those of an access control. */
    static packages(accessControl: AccessControl | undefined): PackageSet {
        return { packages: [SITE_PACKAGE, ...(accessControl?.packages ?? [])], files: hardening(APACHE, WEB_SERVER) };
    }
}

function secretFiles(certificate?: SiteCertificate, accessControl?: AccessControlConfig) {
    return {
        ...keyFiles(certificate),
        ...(accessControl && {
            [ACCESS_CONTROL_FILE]: rootOnly(accessControl.directives ?? pulumi.output("# none\n")),
        }),
    };
}
