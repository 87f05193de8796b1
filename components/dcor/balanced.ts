import type { BalancedService } from "../guest/balancer-files";
import type { PublicAddress } from "../guest/public-address";
import { SUPERVISOR_UNIT } from "../guest/supervisor";
import type { EndpointSettings } from "../guest/tls-endpoint-files";
import { STATUS, UWSGI } from "./settings";

/** What HAProxy calls the machines of DCOR together, and the one that keeps the pictures of users and circles. */
export const BALANCED = "dcor";
export const STORAGE_SERVICE = "dcor-storage";

/** How long HAProxy waits for CKAN's status, in seconds: its processes may all be at longer requests. */
export const CHECK_SECONDS = 30;

/**
 * CKAN as the balancer on the first machine asks for it. What is in CKAN's storage is on one machine: it alone is asked for it, and
 * takes the forms that may bring a file. Datasets' files go to the object store, past CKAN.
 * @param storageMachine its name
 */
export function balancedServices(storageMachine: string, { serverName }: PublicAddress): BalancedService[] {
    const check = { path: STATUS, host: serverName };
    return [
        { name: STORAGE_SERVICE, paths: ["/uploads/"], takesFiles: true, server: storageMachine, check },
        { name: BALANCED, check },
    ];
}

/** uWSGI as HAProxy on one of the machines hands requests on to it, while supervisor has it answer. */
export const behindEndpoint: Pick<EndpointSettings, "name" | "services" | "behind"> = {
    name: BALANCED,
    services: [{ name: BALANCED, address: UWSGI, paths: ["/"] }],
    behind: { unit: SUPERVISOR_UNIT, page: `http://${UWSGI}${STATUS}` },
};
