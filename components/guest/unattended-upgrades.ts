import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machine/machine";
import { ConfigFiles } from "./config-files";
import type { Packages, PackageSet } from "./packages";
import type { GuestFile } from "./program";
import { renderTemplate } from "./template";

export interface UpgradeSettings {
    /** Who is sent a mail about upgrades. Needs `mail`. @default nobody */
    mailTo?: string;
    /** Where mail goes out, and from whom. @default there is none */
    mail?: { server: string; from: string };
    /** When the machine is rebooted after an upgrade that asks for it, e.g. "02:00". @default never */
    rebootAt?: string;
}

export interface UnattendedUpgradesArgs extends UpgradeSettings {
    machine: Machine;
    packages: Packages;
}

/**
 * Security updates by themselves, each night; what runs with a library that was replaced is restarted by needrestart.
 * Guide: DCOR "Unattended upgrades".
 */
export class UnattendedUpgrades extends pulumi.ComponentResource {
    constructor(name: string, args: UnattendedUpgradesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("science-stacks:guest:UnattendedUpgrades", name, {}, opts);

        const { machine, packages, ...settings } = args;
        new ConfigFiles(
            `${name}-settings`,
            {
                machine,
                files: upgradeFiles(settings),
                // Both read their files at each run. What they would refuse is found here.
                validate: "apt-config dump >/dev/null && perl -c /etc/needrestart/needrestart.conf",
                enable: ["apt-daily.timer", "apt-daily-upgrade.timer", "unattended-upgrades.service"],
            },
            { parent: this, dependsOn: packages },
        );
        this.registerOutputs();
    }

    static packages({ mail }: UpgradeSettings): PackageSet {
        const sending = mail === undefined ? [] : ["bsd-mailx", "msmtp-mta"];
        return { packages: ["unattended-upgrades", "apt-listchanges", "needrestart", ...sending] };
    }
}

/** Files of apt, of needrestart, and of the program that sends mail. */
export function upgradeFiles(settings: UpgradeSettings): Record<string, GuestFile> {
    const { mail, mailTo = "", rebootAt = "" } = settings;
    const file = (name: string, values: object): GuestFile => ({
        content: renderTemplate(`unattended-upgrades/templates/${name}.eta`, values),
    });
    return {
        "/etc/apt/apt.conf.d/60science-stacks-upgrades": file("apt.conf", { mailTo, rebootAt }),
        "/etc/apt/listchanges.conf.d/science-stacks.conf": file("listchanges.conf", { mailTo }),
        "/etc/needrestart/conf.d/science-stacks.conf": file("needrestart.conf", {}),
        ...(mail && { "/etc/msmtprc": file("msmtprc", mail) }),
    };
}
