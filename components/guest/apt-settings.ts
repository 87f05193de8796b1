import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { ConfigFiles } from "./config-files";
import type { GuestFile } from "./program";

/** Where apt is to look, beside the sources that the machine has. */
export interface AptMirrors {
    /** Mirror of the distribution. */
    apt?: string;
    /** Mirror of its security updates. @default the same mirror's, where the distribution keeps them */
    aptSecurity?: string;
    proxy?: string;
}

/** Files of apt for the mirrors and the proxy; none where none was asked for: a machine's apt is its own. */
export function aptSettings(
    name: string,
    { machine, image, mirrors = {} }: { machine: Machine; image: string; mirrors?: AptMirrors },
    parent: pulumi.Resource,
): pulumi.Resource[] {
    const files = aptFiles(image, mirrors);
    return Object.keys(files).length === 0 ? [] : [new ConfigFiles(name, { machine, files }, { parent })];
}

const SUITES: Record<string, string> = {
    "debian-12": "bookworm",
    "debian-13": "trixie",
    "ubuntu-22.04": "jammy",
    "ubuntu-24.04": "noble",
};

/** The files by their path. Pure. */
export function aptFiles(image: string, { apt, aptSecurity, proxy }: AptMirrors): Record<string, GuestFile> {
    const suite = SUITES[image] ?? "";
    const isUbuntu = image.startsWith("ubuntu-");
    const sections = isUbuntu ? "main universe" : "main";
    const security = aptSecurity ?? (isUbuntu ? apt : apt && `${apt.replace(/\/$/, "")}-security`);
    const sources = [
        ...(apt === undefined ? [] : [`deb ${apt} ${suite} ${sections}`, `deb ${apt} ${suite}-updates ${sections}`]),
        ...(security === undefined ? [] : [`deb ${security} ${suite}-security ${sections}`]),
    ];
    return {
        ...(sources.length > 0 && {
            "/etc/apt/sources.list.d/science-stacks.list": { content: `${sources.join("\n")}\n` },
        }),
        ...(proxy !== undefined && {
            "/etc/apt/apt.conf.d/90science-stacks-proxy": {
                content: `Acquire::http::Proxy "${proxy}";\nAcquire::https::Proxy "${proxy}";\n`,
            },
        }),
    };
}
