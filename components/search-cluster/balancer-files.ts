import { haproxyPart } from "../guest/haproxy";
import type { GuestFile } from "../guest/program";
import { SOLR_PORT } from "../guest/solr-files";
import { renderTemplate } from "../guest/template";
import { CHECK_USER, SEARCH_BALANCER_PORT, type SearchMember } from "./member";

/** Where HAProxy has the password by which it asks a member how it is. */
const CHECK_SECRET = "/etc/haproxy/solr-check.map";
const AUTHORITY = "/etc/haproxy/authorities/solr.pem";
const LUA = "/etc/haproxy/solr.lua";
/** Where it hands to itself what may be asked again. */
const AGAIN = "/run/haproxy/solr.sock";
/** How long it keeps who comes while no member has the index: longer than the members take to agree who leads. */
const PATIENCE_SECONDS = 25;

/** That file: in an environment, or in the configuration, others would read it. */
export const checkSecretFile = (password: string): Record<string, GuestFile> => ({
    [CHECK_SECRET]: {
        content: `${CHECK_USER} ${Buffer.from(`${CHECK_USER}:${password}`).toString("base64")}\n`,
        ...{ owner: "root:haproxy", mode: "640" },
    },
});

/** HAProxy's configuration, and what it verifies the members by. @param secretRevision differs when the password differs */
export function searchBalancerFiles(
    members: readonly SearchMember[],
    authority: string,
    secretRevision: string,
): Record<string, GuestFile> {
    const values = {
        ...{ members, memberPort: SOLR_PORT, port: SEARCH_BALANCER_PORT, authority: AUTHORITY },
        ...{ user: CHECK_USER, secret: CHECK_SECRET, secretRevision, lua: LUA, again: AGAIN },
    };
    const wait = {
        ...{ backend: "solr", wanted: "solr", patienceSeconds: PATIENCE_SECONDS, asksAgain: true },
        why: "Who comes while the members agree who leads waits for that: without an answer, CKAN would fail.",
    };
    return {
        // What it names comes first: another step may look at all of it meanwhile.
        [LUA]: { content: renderTemplate("haproxy/templates/wait.lua.eta", wait) },
        [AUTHORITY]: { content: `${authority.trimEnd()}\n` },
        [haproxyPart("solr")]: { content: renderTemplate("haproxy/templates/solr.cfg.eta", values) },
    };
}
