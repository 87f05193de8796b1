import { BALANCER_PORT } from "../../../components/guest/balancer-files";
import type { EoxServerContext } from "../../context";
import { count, ensure } from "../../row";
import { checkServers } from "../common/balancer";

/** The way from Apache to each machine of EOxServer. */
export async function checkBalancer({ front, config, applicationMachines }: EoxServerContext): Promise<string> {
    const instances = config.instances.map(({ name }) => name);
    const map = await front.run("sed 1d /etc/apache2/science-stacks/instances.map");
    const wanted = instances.map((name) => `${name} 127.0.0.1:${BALANCER_PORT}`);
    ensure(map === wanted.join("\n"), `Apache is led by ${map.replaceAll("\n", ", ")}`);
    const servers = Object.keys(config.applications ?? {});
    await checkServers(front, instances, servers);

    const keys = await Promise.all(
        applicationMachines.map(({ ssh }) =>
            ssh.run(instances.map((name) => `sha256sum </srv/eoxserver/${name}/${name}/conf/secret-key`).join("\n")),
        ),
    );
    ensure(
        keys.every((each) => each === keys[0]),
        "the machines of EOxServer have different keys of Django",
    );
    return `Apache is given HAProxy, and HAProxy ${count(servers.length, "server")} of EOxServer, which all answer it by TLS for each instance; Django's key is one of each`;
}
