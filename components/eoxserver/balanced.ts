import type { BalancedService } from "../guest/balancer-files";
import type { PublicAddress } from "../guest/public-address";
import type { EndpointSettings } from "../guest/tls-endpoint-files";
import { BACKEND_PORT, backendAddress } from "./backend-address";

/** What HAProxy calls the machines of EOxServer together. */
export const BALANCED = "eoxserver";

/** How long HAProxy waits for an instance's page, in seconds: its processes may all be drawing maps. */
export const CHECK_SECONDS = 30;

/** What the paths of an instance begin with: its alias, and its static alias. */
const pathsOf = (instance: string) => [`/${instance}/`, `/${instance}_static/`];

/** The instances as the balancer on the first machine asks for them, each by its page. */
export const balancedInstances = (instances: readonly string[], { serverName }: PublicAddress): BalancedService[] =>
    instances.map((name) => ({ name, paths: pathsOf(name), check: { path: `/${name}/`, host: serverName } }));

/** The instances as HAProxy on one of their machines hands requests on to them. */
export const instancesBehind = (instances: readonly string[]): EndpointSettings["services"] =>
    instances.map((name) => ({ name, paths: pathsOf(name), address: `${backendAddress(name)}:${BACKEND_PORT}` }));
