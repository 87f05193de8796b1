import * as pulumi from "@pulumi/pulumi";
import type { HealthRequest } from "../health-check";
import type { Machine } from "../machine/machine";
import { InstallStep } from "./install-step";
import type { StepProgram } from "./program";
import { MIGRATION_SECONDS } from "./upgrade";

/** The program that upgrades a machine's packages once for each value. @param pages what must answer afterwards */
export function packagesUpgrade(asOf: string, pages: readonly HealthRequest[]): StepProgram {
    return {
        script: "packages/upgrade.sh",
        parameters: {
            as_of: asOf,
            pages: pages.map(({ url, statuses = [200] }) => `${url} ${statuses.join(",")}`),
        },
    };
}

/** All of the machine's Debian packages, of the newest version on that day, where the configuration has one (`packagesAsOf`). */
export function createPackagesUpgrade(
    { packagesAsOf }: { packagesAsOf?: string },
    machine: Machine,
    pages: pulumi.Input<HealthRequest[]>,
    after: pulumi.Resource[],
    name = "packages-upgrade",
): InstallStep[] {
    return packagesAsOf === undefined
        ? []
        : [
              new InstallStep(
                  name,
                  {
                      machine,
                      program: pulumi.output(pages).apply((known) => packagesUpgrade(packagesAsOf, known)),
                      removable: true,
                      timeoutSeconds: MIGRATION_SECONDS,
                  },
                  { dependsOn: after },
              ),
          ];
}
