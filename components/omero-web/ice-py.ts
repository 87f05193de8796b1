import * as pulumi from "@pulumi/pulumi";
import { Archive } from "../guest/archive";
import type { Machine } from "../machine/machine";
import { icePyProblem } from "./ice-py-releases";

export interface IcePyArgs {
    machine: Machine;
    /** The release that runs on the machine. */
    image: string;
    /** A published wheel, and its SHA-256. @default none: it is built from its source */
    published?: { url: string; sha256: string };
    mirrors?: { apt?: string; aptSecurity?: string; pypi?: string; proxy?: string };
}

/**
 * IcePy 3.6, which OMERO speaks with its server. PyPI has no wheel of it, only a source that today's Python refuses:
 * what is published elsewhere comes first, else it is built on the machine that Pulumi runs on, once, and kept in the
 * user's cache. The wheel is brought to the machine over SSH.
 */
export class IcePy extends Archive {
    constructor(name: string, args: IcePyArgs, opts: pulumi.CustomResourceOptions) {
        const { machine, image, published, mirrors = {} } = args;
        const problem = icePyProblem(image);
        if (problem !== undefined) {
            throw new pulumi.RunError(problem);
        }
        const parameters = {
            release: image,
            url: published?.url ?? "",
            sha256: published?.sha256 ?? "",
            index_url: mirrors.pypi ?? "",
            mirror: mirrors.apt ?? "",
            security_mirror: mirrors.aptSecurity ?? "",
            proxy: mirrors.proxy ?? "",
            target: "/opt/omero/web/wheels",
        };
        super(name, { machine, script: "ice-py.sh", recipe: "offline/ice-py", parameters }, opts);
    }

    /** Path of the wheel in the guest. */
    get wheel(): pulumi.Output<string> {
        return this.path;
    }
}
