import type { EoxServerContext } from "../../context";

/** What of systemd is there after a boot where the instances are. */
export const instanceUnits = ({ instances }: Pick<EoxServerContext["config"], "instances">): string[] => [
    "srv-eoxserver.mount",
    "srv-eodata.mount",
    ...instances.map(({ name }) => `eoxserver@${name}.service`),
];
