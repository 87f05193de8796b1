import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { Web } from "../../verify/web";
import { Guest } from "../guest/guest";
import { changesOf, stateOf, type State } from "../e2e/host-state";
import { NETWORK } from "../e2e/network";
import { TestStack } from "../e2e/test-stack";
import { MINUTE } from "./tried";

type Outputs = Extract<AnyOutputs, { product: "dcor" }>;

/** Rows that this version, or a stack that is not for development, cannot show. */
const NOT_HERE = ["D10", "X11"];

describe("DCOR on a host that is there already, which nothing of ours has prepared", () => {
    const stack = new TestStack("existing-dcor");
    let host: Guest;
    let before: State;

    beforeAll(() => {
        host = Guest.create("dcor-host", { network: NETWORK, plain: true });
        host.addUser("admin", "ALL=(ALL) NOPASSWD: ALL");
        host.run("mkdir /srv/other /srv/scratch && touch /srv/other/file");
        before = stateOf(host);
    }, 5 * MINUTE);

    afterAll(() => {
        stack.remove();
        host?.destroy();
    }, 10 * MINUTE);

    const machine = (more: object) => ({
        platform: "existing",
        image: "debian-12",
        host: host.address,
        hostKey: host.connection.hostKey,
        user: "admin",
        directory: "/srv/science",
        scratch: "/srv/scratch",
        ...more,
    });

    test(
        "is refused by a preview without a key, and where its scratch space or its ports are somebody else's",
        async () => {
            stack.configure({
                product: "dcor",
                dcor: { workers: 2 },
                data: { sizeGiB: 10 },
                firewall: { ssh: [NETWORK.replace(/0\/24$/, "1/32")] },
                machine: machine({ scratch: "/srv/other" }),
            });
            const { stdout: said, stderr: why } = await stack.attempt("preview");
            expect(said + why).toContain("does not let admin in");
            await stack.setSecret("machine.privateKey", host.connection.privateKey);
            host.run("systemd-run --quiet --unit=own-search --socket-property=ListenStream=8983 true");
            const { status, stdout, stderr } = await stack.attempt("preview");
            expect(status).not.toBe(0);
            for (const reason of ["/srv/other is with other files", "port 8983 is in use by systemd"]) {
                expect(stdout + stderr).toContain(reason);
            }
            host.run("systemctl stop own-search.socket");
            expect(changesOf(host, before)).toEqual([]);
        },
        20 * MINUTE,
    );

    test(
        "is installed by a sudo user, and fulfils every requirement; a second up changes nothing",
        async () => {
            stack.configure({ machine: machine({}) });
            await stack.setSecret("machine.privateKey", host.connection.privateKey);
            await stack.run("up");
            const { rows } = await stack.verify();
            expect(rows.filter(({ id, ok }) => ok === false || (ok === null && !NOT_HERE.includes(id)))).toEqual([]);
            const { status, stdout } = await stack.attempt("up");
            expect([status, /Resources:\n\s+\d+ unchanged/.test(stdout)]).toEqual([0, true]);
        },
        20 * MINUTE,
    );

    test(
        "is left by destroy as it was, but for the data, Debian's packages, and the users that the data belongs to",
        async () => {
            const { url, certificate } = await stack.outputs<Outputs>();
            expect(host.run("ls -A /srv/scratch")).toContain("nginx");
            await stack.run("destroy");
            const web = new Web(certificate);
            await expect(web.request(url)).rejects.toThrow();
            web.close();
            expect(changesOf(host, before)).toEqual(["> minio-user", "> solr"]);
            expect(host.run("cat /srv/science/.science-stacks-owner; ls -A /srv/science /srv/scratch")).toBe(
                [
                    stack.name,
                    "/srv/science:",
                    ...[".science-stacks-owner", "ckan", "minio", "postgresql", "redis", "solr"],
                    "",
                    "/srv/scratch:",
                ].join("\n"),
            );
            expect(
                host.run("ls /srv/science/postgresql/15/main/PG_VERSION /srv/science/solr/ckan/core.properties"),
            ).toBe("/srv/science/postgresql/15/main/PG_VERSION\n/srv/science/solr/ckan/core.properties");
        },
        20 * MINUTE,
    );
});
