import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificate } from "../certificate";
import { InstallStep } from "../guest/install-step";
import { NginxSite } from "../guest/nginx";
import type { Packages, PackageSet } from "../guest/packages";
import type { PublicAddress } from "../guest/public-address";
import type { Machine } from "../machine/machine";
import { objectStoreFiles, type ObjectStoreSite } from "./render-object-store";
import { siteFiles, type DcorSiteSettings } from "./render-site";

export interface DcorSiteArgs extends Omit<DcorSiteSettings, "address" | "scratch"> {
    machine: Machine;
    packages: Packages;
    address: pulumi.Input<PublicAddress>;
    /** Needed where the address has TLS. */
    certificate?: SiteCertificate;
    /** A directory of the scratch space that is nginx's own. @default "/cache/nginx" */
    scratch?: string;
    /** The stack's own object store, which users reach through nginx. @default none */
    objectStore?: pulumi.Input<ObjectStoreSite>;
    /** What must be there before: the scratch space. */
    after: pulumi.Resource[];
}

/**
 * nginx in front of uWSGI, with every location of the guide: what is read, what is written, and nothing else.
 * Guide: "Configuring nginx (SSL and uWSGI proxy)".
 */
export class DcorSite extends pulumi.ComponentResource {
    /** Differs when what the site serves differs. */
    public readonly revision: pulumi.Output<string>;

    constructor(name: string, args: DcorSiteArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:dcor:Site", name, {}, opts);

        const {
            machine,
            packages,
            address,
            certificate,
            after,
            objectStore,
            scratch = "/cache/nginx",
            ...settings
        } = args;
        const directories = new InstallStep(
            `${name}-directories`,
            { machine, program: { script: "dcor/site.sh", parameters: { scratch } } },
            { parent: this, dependsOn: after },
        );
        const nginx = new NginxSite(
            `${name}-nginx`,
            {
                machine,
                packages,
                certificate,
                backendPort: Number(settings.uwsgi.split(":").at(-1)),
                files: pulumi.all([address, objectStore]).apply(([known, store]) => ({
                    ...siteFiles({ ...settings, address: known, scratch }),
                    ...(store && objectStoreFiles(known, store)),
                })),
                after: [directories],
            },
            { parent: this },
        );
        this.revision = nginx.revision;
        this.registerOutputs();
    }

    /** nginx, and the certificate that whoever asks for another name is shown. */
    static readonly packages: PackageSet = {
        ...NginxSite.packages,
        packages: [...NginxSite.packages.packages, "ssl-cert"],
    };
}
