import { hardening } from "../guest/hardening";
import type { GuestFile } from "../guest/program";
import { guestScript } from "../guest/shell";
import { renderTemplate } from "../guest/template";
import { AUTHORITY, CERTIFICATE, ETCD_KEY, ETCD_PEER_PORT, ETCD_PORT, type Member } from "./member";

export const ETCD_UNIT = "etcd.service";

/** What must be there before Debian's package is: it would start a server of its own. */
export const ETCD_UNIT_FILES: Record<string, GuestFile> = {
    [`/etc/systemd/system/${ETCD_UNIT}.d/science-stacks.conf`]: {
        content: guestScript("etcd/templates/unit.conf"),
    },
    ...hardening(ETCD_UNIT),
};

const SETTINGS = "/etc/science-stacks/etcd";

/** How a member's etcd is reached by Patroni, and by the other members. */
export const clientUrl = ({ address }: Member) => `https://${address}:${ETCD_PORT}`;
export const peerUrl = ({ address }: Member) => `https://${address}:${ETCD_PEER_PORT}`;

/** The files of etcd on a member. @param stack by whose name clusters are told from each other */
export function etcdFiles(own: Member, members: readonly Member[], stack: string): Record<string, GuestFile> {
    const values = {
        ...{ name: own.name, stack, authority: AUTHORITY, certificate: CERTIFICATE, key: ETCD_KEY },
        ...{ clientUrl: clientUrl(own), peerUrl: peerUrl(own) },
        cluster: members.map((member) => `${member.name}=${peerUrl(member)}`).join(","),
        endpoints: members.map(clientUrl).join(","),
    };
    return {
        [SETTINGS]: { content: renderTemplate("etcd/templates/etcd.eta", values) },
        "/usr/local/lib/science-stacks/etcd.sh": { content: renderTemplate("etcd/templates/etcd.sh.eta", values) },
    };
}
