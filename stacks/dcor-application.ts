import { isIP } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificate } from "../components/certificate";
import { authorityOf } from "../components/certificate-chain";
import { Dcor, type DcorArgs, type DcorPlace } from "../components/dcor/dcor";
import { dcorDevelopment } from "../components/dcor/development";
import { UWSGI, type DcorSettings } from "../components/dcor/settings";
import { softwareDirectory, softwareProgram } from "../components/dcor/software";
import type { DataVolume } from "../components/guest/data-volume";
import { InstallStep } from "../components/guest/install-step";
import type { ObjectStoreEndpoint } from "../components/guest/object-store";
import type { Packages } from "../components/guest/packages";
import type { PublicAddress } from "../components/guest/public-address";
import { MIGRATION_SECONDS } from "../components/guest/upgrade";
import type { Machine } from "../components/machine/machine";
import type { FurtherBackedUp } from "./backups";
import type { DcorConfig } from "./config";
import { isOwnRedis } from "./config/services";
import type { DcorServices } from "./dcor-services";
import { createRedis, redisUserUnits, type RedisServer } from "./redis";

/** DCOR as the site in front of it needs to know it. */
export interface DcorTier {
    dcor: Dcor;
    /** Where nginx hands requests on to: uWSGI, or what stands before it on several machines. */
    backend: string;
    /** What must be there before nginx does. */
    before: pulumi.Resource[];
    /** The last steps of it: after them it answers. */
    last: InstallStep[];
    /** The machines beside the first one, with what of them is backed up. */
    backedUp: FurtherBackedUp[];
    /** What the stack gives out of machines beside the first one. */
    outputs: Record<string, unknown>;
}

/** What each DCOR of the stack is given. */
export interface DcorNeeds {
    services: DcorServices;
    /** The Redis that the stack has beside the first machine. @default none */
    redis?: RedisServer;
    objectStore: ObjectStoreEndpoint;
    address: pulumi.Output<PublicAddress>;
    certificate?: SiteCertificate;
    mail: DcorSettings["mail"];
}

/** The stack's first machine, where DCOR may be. */
interface FirstPlace {
    machine: Machine;
    packages: Packages;
    data: DataVolume;
    scratch: DataVolume;
    software: InstallStep;
}

/** DCOR on the stack's first machine. */
export function applicationHere(config: DcorConfig, needs: DcorNeeds, first: FirstPlace): DcorTier {
    const { services, redis } = needs;
    const waitsFor = [
        ...services.units,
        ...(isOwnRedis(config) ? ["redis-server.service"] : []),
        ...redisUserUnits(config.redis),
    ];
    const place = { ...first, name: "dcor", redis: createRedis(config.redis, { ...first, redis }), waitsFor };
    const dcor = new Dcor("dcor", dcorArgs(config, needs, [place]));
    const answering = dcor.start(place);
    return {
        ...{ dcor, backend: UWSGI, before: [first.software], backedUp: [], outputs: {} },
        last: [config.development ? developmentSteps(config, first.machine, answering) : answering],
    };
}

/** What DCOR is made with, wherever it is. */
export const dcorArgs = (
    config: DcorConfig,
    { services, objectStore, address, certificate, mail }: DcorNeeds,
    places: readonly DcorPlace[],
): DcorArgs => ({
    ...{ places, objectStore },
    environment: softwareDirectory(config.dcor.version, config.development),
    database: services.database,
    search: services.search.endpoint,
    settings: address.apply((known) => ({ ...config.dcor, address: known, mail })),
    administrator: { ...config.administrator, email: administratorEmail(config, address) },
    mailPassword: config.mail?.password,
    trusted: certificate?.certificatePem?.apply(authorityOf),
});

/** CKAN and its extensions on a machine; nothing of what runs is touched. @param tools what they are built with */
export function installSoftware(
    name: string,
    { dcor: { version }, development, mirrors }: DcorConfig,
    { machine, tools }: { machine: Machine; tools: Packages },
): InstallStep {
    const index = { indexUrl: mirrors.pypi, proxy: mirrors.proxy };
    return new InstallStep(
        `${name}-software`,
        {
            machine,
            program: softwareProgram(version, softwareDirectory(version, development), index),
            removable: true,
            // A backup comes before another version is changed to.
            timeoutSeconds: MIGRATION_SECONDS,
        },
        { dependsOn: tools },
    );
}

/** For developers of the extensions; their tests have a database of their own on the machine's server. */
function developmentSteps({ dcor: { version }, mirrors }: DcorConfig, machine: Machine, answering: InstallStep) {
    const index = { indexUrl: mirrors.pypi, proxy: mirrors.proxy };
    const environment = softwareDirectory(version, true);
    return dcorDevelopment("development", { machine, version, environment, answering, index });
}

/** Where nothing else is given; a machine without a name of its own has no mail address. */
function administratorEmail({ administrator }: DcorConfig, address: pulumi.Output<PublicAddress>) {
    return address.apply(
        ({ serverName }) => administrator.email ?? `admin@${isIP(serverName) === 0 ? serverName : "localhost"}`,
    );
}
