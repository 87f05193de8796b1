import { OBJECT_STORE_AUTHORITY } from "../../../components/dcor/render-object-store";
import type { DcorContext } from "../../context";
import { ensure } from "../../row";
import type { Ssh } from "../../ssh";
import { tlsBetween } from "./tls";

const SITE = "/etc/nginx/conf.d/dcor-object-store.conf";

/** What is to be seen of the stack's MinIO on its machine, and of the way from nginx to it. */
export async function checkMinio({ front, objectStoreMachine }: DcorContext): Promise<string> {
    const seen = await (objectStoreMachine?.ssh ?? front).facts(`
        fact unit "$(systemctl is-enabled minio) $(systemctl is-active minio) $(systemctl show --property=User --value minio)"
        fact listening "$(ss -Hltn '( sport = :9000 or sport = :9001 )' | awk '{print $4}' | sort | paste -sd' ')"
        fact settings "$(stat -c '%U:%G %a' /etc/default/minio) $(cut -d= -f1 /etc/default/minio | grep ^MINIO | sort | paste -sd' ')"
        fact objects "$(stat -c %U /data/minio)"
    `);
    const way = objectStoreMachine && (await checkWay(front));
    ensure(seen["unit"] === "enabled active minio-user", `minio is ${seen["unit"]}`);
    const listening = (seen["listening"] ?? "").split(" ").filter(Boolean);
    const open = listening.filter((each) => each !== way?.backend && !/^(127\.0\.0\.1|\[::1\]):/.test(each));
    ensure(listening.length > 0 && open.length === 0, `MinIO listens on ${seen["listening"]}`);
    ensure(seen["objects"] === "minio-user", `/data/minio is ${seen["objects"]}'s`);
    for (const part of [
        "root:minio-user 640",
        "MINIO_VOLUMES",
        "MINIO_OPTS",
        "MINIO_ROOT_USER",
        "MINIO_ROOT_PASSWORD",
    ]) {
        ensure(seen["settings"]?.includes(part), `/etc/default/minio: ${seen["settings"]}, without ${part}`);
    }
    const where =
        way && ` on ${objectStoreMachine?.name}, where nginx reaches it by ${way.version}, its certificate verified`;
    return `MinIO${where ?? ""}, at boot, as minio-user`;
}

/** How nginx reaches a MinIO on another machine. */
async function checkWay(machine: Ssh): Promise<{ backend: string; version: string }> {
    const { backend = "", verified } = await machine.facts(`
        fact backend "$(sed -n 's|^ *proxy_pass https://\\(.*\\);$|\\1|p' ${SITE})"
        fact verified "$(sed -n 's/^ *proxy_ssl_\\(verify\\|trusted_certificate\\) \\(.*\\);$/\\2/p' ${SITE} | paste -sd' ')"
    `);
    ensure(verified === `on ${OBJECT_STORE_AUTHORITY}`, `nginx verifies the object store by: ${verified}`);
    return { backend, version: await tlsBetween(machine, backend, OBJECT_STORE_AUTHORITY) };
}
