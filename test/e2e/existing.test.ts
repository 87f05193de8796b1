import { execFileSync } from "node:child_process";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Web } from "../../verify/web";
import { Guest } from "../guest/guest";
import { changesOf, stateOf, type State } from "./host-state";
import { NETWORK } from "./network";
import { TestStack } from "./test-stack";

type Outputs = Extract<AnyOutputs, { product: "eoxserver" }>;

/** Rows that this version, or these configurations, cannot show. */
const NOT_HERE = ["E15", "X11"];
/** At the site's root, with the nginx of the same machine, for no other site; the firewall is left alone. */
const NOT_HERE_OMERO = ["O06", "O07", "O10", "O15", "X03", "X11", "X12"];

describe("a host that is there already, which nothing of ours has prepared", () => {
    const stack = new TestStack("existing");
    let host: Guest;
    let bastion: Guest;
    let agent: Record<string, string>;
    let before: State;

    beforeAll(() => {
        bastion = Guest.create("bastion", { network: NETWORK });
        host = Guest.create("host", { network: NETWORK, plain: true });
        host.addUser("admin", "ALL=(ALL) NOPASSWD: ALL");
        host.addUser("asked", "ALL=(ALL) ALL");
        host.run("mkdir /srv/other && touch /srv/other/file");
        agent = startAgent(host.connection.privateKey);
        Object.assign(process.env, agent);
        before = stateOf(host);
    });

    afterAll(() => {
        execFileSync("ssh-agent", ["-k"], { env: { ...process.env, ...agent }, stdio: "ignore" });
        Object.keys(agent ?? {}).forEach((name) => delete process.env[name]);
        stack.remove();
        host?.destroy();
        bastion?.destroy();
    });

    /** The least that the host itself asks for; who logs in is known to the SSH agent. */
    const machine = (more: object) => ({
        platform: "existing",
        image: "debian-12",
        host: host.address,
        hostKey: host.connection.hostKey,
        directory: "/srv/science",
        ...more,
    });
    const gateway = NETWORK.replace(/0\/24$/, "1/32");

    test("is refused by a preview with all that is wrong with it, and what to do", async () => {
        stack.configure({
            product: "eoxserver",
            instances: ["instance00"],
            eoxserver: { processes: 2, admin: { cidrs: [NETWORK] } },
            data: { sizeGiB: 5 },
            firewall: { ssh: ["192.0.2.0/24"] },
            machine: machine({ image: "debian-13", directory: "/srv/other" }),
        });
        host.run("systemd-run --quiet --unit=own-web --socket-property=ListenStream=80 true");
        const said = await refusal();
        for (const reason of [
            "machine.image is debian-13, and the host runs debian-12",
            "/srv/other is with other files",
            "port 80 is in use by systemd",
            `firewall.ssh does not have ${gateway.replace("/32", "")}`,
        ]) {
            expect(said).toContain(reason);
        }
        expect(said).not.toContain("error serializing");
        host.run("systemctl stop own-web.socket");

        stack.configure({ firewall: { ssh: [gateway] }, machine: machine({ user: "asked" }) });
        expect(await refusal()).toContain("asked ALL=(ALL) NOPASSWD: ALL");

        stack.configure({ machine: machine({ hostKey: bastion.connection.hostKey }) });
        expect(await refusal()).toContain("shows another host key");
        expect(changesOf(host, before)).toEqual([]);
    });

    test("gets EOxServer by a sudo user and a bastion, and fulfils every requirement; a second up changes nothing", async () => {
        const { address, connection } = bastion;
        stack.configure({
            // From here on only by way of the bastion.
            firewall: { ssh: [`${address}/32`] },
            machine: machine({ user: "admin", bastion: { host: address, hostKey: connection.hostKey } }),
        });
        await stack.setSecret("machine.privateKey", host.connection.privateKey);
        await stack.setSecret("machine.bastion.privateKey", connection.privateKey);
        await stack.run("up");
        expect(host.exec("true").status).toBe(255);

        const { rows } = await stack.verify();
        expect(rows.filter(({ id, ok }) => ok === false || (ok === null && !NOT_HERE.includes(id)))).toEqual([]);
        const { status, stdout } = await stack.attempt("up");
        expect([status, /Resources:\n\s+\d+ unchanged/.test(stdout)]).toEqual([0, true]);
    });

    test("is left by destroy as it was, but for the data, Debian's packages, and the users that the data belongs to", async () => {
        const { url, certificate } = await stack.outputs<Outputs>();
        await stack.run("destroy");
        const web = new Web(certificate);
        await expect(web.request(url)).rejects.toThrow();
        web.close();
        expect(changesOf(host, before)).toEqual(["> eodata", "> eoxserver"]);
        expect(host.run("cat /srv/science/.science-stacks-owner; ls /srv/science/postgresql/15/main/PG_VERSION")).toBe(
            `${stack.name}\n/srv/science/postgresql/15/main/PG_VERSION`,
        );
        expect(host.run("ls /etc/apache2/sites-enabled /etc/apache2/mods-enabled/wsgi.load")).toContain("000-default");
    });

    test("gets OMERO.web as root, with its firewall left alone, and is left as it was", async () => {
        host.run("nft add table inet own");
        before = stateOf(host);
        stack.replaceConfiguration({
            product: "omero-web",
            data: { sizeGiB: 2 },
            machine: machine({ directory: "/srv/omero", firewall: "none" }),
            omeroWeb: { workers: 2 },
        });
        await stack.run("up");
        expect(host.run("nft list tables")).toBe("table inet own");
        const { rows } = await stack.verify();
        expect(rows.filter(({ id, ok }) => ok === false || (ok === null && !NOT_HERE_OMERO.includes(id)))).toEqual([]);
        await stack.run("destroy");
        expect(changesOf(host, before)).toEqual(["> omero-web"]);
        expect(host.run("ls /srv/omero")).toContain("omero-web");
    });

    async function refusal(): Promise<string> {
        const { status, stdout, stderr } = await stack.attempt("preview");
        expect(status).not.toBe(0);
        return stdout + stderr;
    }
});

/** An SSH agent that knows a key: what OpenSSH and the engine find it by. */
function startAgent(key: string): Record<string, string> {
    const printed = execFileSync("ssh-agent", ["-s"], { encoding: "utf8" });
    const variables: Record<string, string> = {};
    for (const [, name = "", value = ""] of printed.matchAll(/^(SSH_\w+)=([^;]+);/gm)) {
        variables[name] = value;
    }
    execFileSync("ssh-add", ["-q", "-"], { input: key, env: { ...process.env, ...variables } });
    return variables;
}
