import type * as pulumi from "@pulumi/pulumi";
import { DataVolume } from "../components/guest/data-volume";
import type { InstallStep } from "../components/guest/install-step";
import type { Packages } from "../components/guest/packages";
import type { PublicAddress } from "../components/guest/public-address";
import type { Machine } from "../components/machine/machine";
import { OmeroWeb, type OmeroWebArgs } from "../components/omero-web/omero-web";
import type { OmeroWebSettings } from "../components/omero-web/properties";
import type { OmeroWebConfig } from "./config";
import { createRedis, type RedisServer } from "./redis";

/** OMERO.web as the site in front of it needs to know it. */
export interface ApplicationTier {
    /** What nginx hands requests on to. */
    backend: { host: string; port: number };
    /** Whether OMERO.web's static files are on nginx's machine. */
    servesStatic: boolean;
    /** What must be there before nginx hands requests on. */
    before: InstallStep[];
    /** The last steps of it: after them it answers. */
    last: InstallStep[];
    /** What the stack gives out of machines beside the first one. */
    outputs: Record<string, unknown>;
}

/** Where nginx is. */
export interface FrontPlace {
    machine: Machine;
    packages: Packages;
    address: pulumi.Output<PublicAddress>;
    /** The Redis that the stack has beside this machine. @default none */
    redis?: RedisServer;
}

/** OMERO.web on the stack's first machine, with what keeps its sessions. */
export function applicationHere(config: OmeroWebConfig, place: FrontPlace, tools: Packages): ApplicationTier {
    const { machine, packages, address } = place;
    const data = new DataVolume("data", { machine, ...config.data });
    const sessionCache =
        config.omeroWeb.sessions === "files" ? undefined : createRedis(config.redis, { ...place, data });
    const application = new OmeroWeb("omero-web", {
        ...{ machine, tools, packages, data, image: config.machine.image },
        settings: address.apply((known) => settingsOf(config, known)),
        ...commonArgs(config),
    });
    const answering = application.start({ sessionCache });
    // Gunicorn that listens everywhere is asked on the loopback address.
    const { host, port } = config.omeroWeb.applicationServer;
    return {
        backend: { host: host === "0.0.0.0" ? "127.0.0.1" : host, port },
        ...{ servesStatic: true, before: [], last: [answering], outputs: {} },
    };
}

/** What OMERO.web is told, wherever it is. */
export function settingsOf(config: OmeroWebConfig, address: PublicAddress): OmeroWebSettings {
    const { omeroWeb: own, publicUser, properties } = config;
    return {
        ...own,
        address,
        cacheSessions: own.sessions === "redis",
        publicUser: publicUser && withoutPassword(publicUser),
        properties,
    };
}

/** What each OMERO.web of the stack is made with. */
export function commonArgs({
    omeroWeb: { version, workers },
    publicUser,
    icePy,
    mirrors,
}: OmeroWebConfig): Pick<OmeroWebArgs, "version" | "workers" | "publicPassword" | "icePy" | "mirrors"> {
    return { version, workers, publicPassword: publicUser?.password, icePy, mirrors };
}

/** A secret among the settings would make all of them secret, and previews of them blind: it goes its own way. */
function withoutPassword({ user, urlFilter, getOnly, serverId }: NonNullable<OmeroWebConfig["publicUser"]>) {
    return { user, urlFilter, getOnly, serverId };
}
