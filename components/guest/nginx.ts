import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificate } from "../certificate";
import type { Machine } from "../machine/machine";
import { Acme } from "./acme";
import { ConfigFiles, SecretFiles } from "./config-files";
import { hardening, WEB_SERVER } from "./hardening";
import { InstallStep } from "./install-step";
import type { Packages, PackageSet } from "./packages";
import type { GuestFile } from "./program";
import { guestScript } from "./shell";
import { certificateFile, keyFiles } from "./site-certificate";

export interface NginxSiteArgs {
    machine: Machine;
    packages: Packages;
    /** The site, `/etc/nginx/conf.d/*.conf`, and what it serves; it finds the certificate at `certificatePaths`. */
    files: pulumi.Input<Record<string, GuestFile>>;
    /** Needed where the site has TLS. */
    certificate?: SiteCertificate;
    /** Port of the application behind nginx, for a machine that enforces SELinux. */
    backendPort: number;
    /** What must be there before nginx reads the site. @default nothing */
    after?: pulumi.Resource[];
}

const UNIT = "nginx.service";

/** What belongs to nginx itself, whatever it serves. */
export function nginxFiles(): Record<string, GuestFile> {
    return {
        "/etc/nginx/nginx.conf": { content: guestScript("nginx/templates/nginx.conf") },
        [`/etc/systemd/system/${UNIT}.d/restart.conf`]: { content: guestScript("nginx/templates/restart.conf") },
    };
}

/** nginx with the sites of a product alone: Debian's default server is not there. A change reloads it, and loses no request. */
export class NginxSite extends pulumi.ComponentResource {
    /** Differs when what the site serves differs. */
    public readonly revision: pulumi.Output<string>;

    constructor(name: string, args: NginxSiteArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:NginxSite", name, {}, opts);

        const { machine, packages, certificate } = args;
        const acme =
            certificate?.acme && new Acme(`${name}-acme`, { machine, packages, ...certificate.acme }, { parent: this });
        const secrets = new SecretFiles(
            `${name}-secrets`,
            { machine, files: keyFiles(certificate) },
            { parent: this, dependsOn: packages },
        );
        const selinux = new InstallStep(
            `${name}-selinux`,
            { machine, program: { script: "nginx/selinux.sh", parameters: { port: args.backendPort } } },
            { parent: this, dependsOn: packages },
        );
        const files = new ConfigFiles(
            `${name}-files`,
            {
                machine,
                files: pulumi
                    .all([args.files, certificateFile(certificate), secrets.revision])
                    .apply(([site, pem, revision]) => ({
                        ...nginxFiles(),
                        ...site,
                        ...pem,
                        // nginx reads its keys when it is reloaded: a new key is a change of its configuration.
                        "/etc/nginx/science-stacks-revision": { content: `${revision}\n` },
                    })),
                validate: "nginx -t",
                notify: [`${UNIT}:reload`],
                enable: [UNIT],
            },
            {
                parent: this,
                dependsOn: [packages, secrets, selinux, ...(acme ? [acme.prepared] : []), ...(args.after ?? [])],
            },
        );
        const certified = acme?.obtain(files);
        this.revision = certified ? pulumi.interpolate`${files.revision}-${certified.revision}` : files.revision;
        this.registerOutputs();
    }

    static readonly packages: PackageSet = { packages: ["nginx-light"], files: hardening(UNIT, WEB_SERVER) };
}
