import { installProgram } from "../../components/guest/packages";
import { coreProgram, rebuildMark, serverProgram, Solr, type CoreSettings } from "../../components/guest/solr";
import { programText, type StepProgram } from "../../components/guest/program";
import { requirements, VERSIONS } from "../../components/dcor/software";
import { runHostScript, type Guest, type Result } from "./guest";
import { guestWithRunner, RUNNER } from "./step-runner";

jest.setTimeout(600_000);

const CORE = "http://127.0.0.1:8983/solr/ckan";

let guest: Guest;
let archive: string;
let settings: CoreSettings;
beforeAll(() => {
    guest = guestWithRunner("solr", { diskGiB: 2 });
    const disk = { device: "/dev/disk/by-id/science-stacks-data", mount_point: "/data", owner: "test", size_gib: 2 };
    apply("mount", { script: "data-volume/mount.sh", parameters: disk });
    const packages = [...Solr.packages.packages, "python3-venv"];
    apply("packages", installProgram({ ...Solr.packages, packages }));
    deliver();
    settings = { core: "ckan", schema: installCkan(), revision: "1" };
});
afterAll(() => guest?.destroy());

function deliver(): void {
    archive = runHostScript("solr.sh", ["deliver"], { connection: JSON.stringify(guest.connection) });
}

/** CKAN's package as the stack pins it, and nothing that it needs. @returns the path of its schema */
function installCkan(): string {
    const pinned = /^ckan==[^]*?\n(?=\S)/m.exec(requirements(VERSIONS[0]))?.[0] ?? "";
    const pip = "PYTHONPATH=$(echo /usr/share/python-wheels/pip-*.whl) python3 -m pip";
    guest.run(
        `cat >/root/ckan.txt; ${pip} install -q --no-deps --require-hashes -r /root/ckan.txt --target /opt/ckan`,
        pinned,
    );
    return "/opt/ckan/ckan/config/solr/schema.xml";
}

const run = (name: string, program: StepProgram): Result =>
    guest.exec(`${RUNNER} ${name} apply 400`, programText(program));

/** Runs a step that must succeed: what it reports as changed. */
const apply = (name: string, program: StepProgram, action = "apply"): string =>
    guest.run(`${RUNNER} ${name} ${action} 400`, programText(program));

const install = (changes: Partial<CoreSettings> = {}) => [
    apply("solr-server", serverProgram({ archive, heapMiB: 256 })),
    apply("solr-core", coreProgram({ ...settings, ...changes })),
];

const ask = (path: string): unknown => JSON.parse(guest.run(`curl --silent --fail --max-time 20 '${CORE}/${path}'`));
const found = (query: string) => (ask(`select?q=${query}`) as { response: { numFound: number } }).response.numFound;
const mainPid = () => guest.run("systemctl show -P MainPID solr.service");

/** CKAN hands a dataset to Solr like this. It is taken, and not committed. */
function add(id: string): void {
    const document = { index_id: id, id, site_id: "test", name: id, title: "Red blood cells in a channel" };
    guest.run(
        `curl --silent --fail --max-time 20 -H 'Content-Type: application/json' --data-binary @- ${CORE}/update`,
        JSON.stringify([document]),
    );
}

test("Solr has CKAN's schema, on the data volume, as a user of its own, for this machine alone", () => {
    const [server, core] = install();
    expect(server).toMatch(/^unpacked Solr into \/opt\/solr-9\.9\.0-[0-9a-f]{12}\n/);
    expect(server).toContain("enabled solr.service");
    expect(core).toContain("made the core ckan");
    expect(ask("schema/name")).toMatchObject({ name: "ckan-2.11" });
    expect(found("*:*")).toBe(0);
    expect(guest.run(`stat -c %U /proc/${mainPid()}; findmnt -no TARGET -T /data/solr/ckan/data`)).toBe("solr\n/data");
    const listening = guest.run("ss -Htlnp | grep java | awk '{print $4}'").split("\n");
    expect(listening.filter((address) => !/127\.0\.0\.1\]?:8983$/.test(address))).toEqual([]);
    expect(listening).toHaveLength(1);
});

test("a second run changes nothing, and Solr runs on", () => {
    const before = mainPid();
    expect(install()).toEqual(["", ""]);
    expect(mainPid()).toBe(before);
});

test("Solr that is killed is back by itself, with what it had taken and not yet written to its index", () => {
    add("cells-1");
    guest.run(`kill -KILL ${mainPid()}`);
    guest.run("timeout 120 bash -c 'until systemctl is-active --quiet solr.service; do sleep 0.2; done'");
    // Active is what answers: only what it had not yet written may take it a moment longer.
    guest.run(
        `timeout 20 bash -c 'until curl -sf "${CORE}/select?q=title:cells" | grep -q cells-1; do sleep 0.1; done'`,
    );
    expect(found("title:cells")).toBe(1);
});

test("Solr is back after a reboot, with its index", () => {
    guest.reboot(180);
    expect(guest.run("systemctl is-active solr.service")).toBe("active");
    expect(found("title:blood")).toBe(1);
});

test("another schema is taken up while Solr runs on, and the index is marked as one to be built anew", () => {
    const before = mainPid();
    guest.run(
        `sed 's|</fields>|<field name="of_the_test" type="string"/></fields>|' ${settings.schema} >/opt/schema.xml`,
    );
    expect(guest.exec(`test -e ${rebuildMark("ckan")}`).status).toBe(1);
    const [, core] = install({ schema: "/opt/schema.xml", revision: "2" });
    expect(core).toBe(
        "the schema is another one: the index must be built anew\n" +
            "wrote /data/solr/ckan/conf/schema.xml\nreloaded solr.service",
    );
    expect(mainPid()).toBe(before);
    expect(ask("schema/fields/of_the_test")).toMatchObject({ field: { type: "string" } });
    expect(guest.run(`stat -c %s ${rebuildMark("ckan")}`)).toBe("0");
});

test("a schema that Solr cannot use fails the step with Solr's own words, and Solr goes on with the one that it had", () => {
    guest.run(`sed 's|type="string"|type="no_such_type"|' ${settings.schema} >/opt/schema.xml`);
    const { status, stderr } = run("solr-core", coreProgram({ ...settings, schema: "/opt/schema.xml", revision: "3" }));
    expect(status).toBe(1);
    expect(stderr).toContain("no_such_type");
    guest.run("systemctl restart solr.service");
    expect(found("title:cells")).toBe(1);
    expect(install()[1]).toContain("reloaded solr.service");
    expect(install()).toEqual(["", ""]);
});

test("what Solr writes into its log is limited, and none of it is for other users", () => {
    expect(guest.run("stat -c '%U %a' /var/log/solr")).toBe("solr 750");
    expect(guest.run("systemd-analyze security --no-pager solr.service | tail -n 1")).toMatch(/ (OK|MEDIUM|SAFE) /);
    const configuration = guest.run("cat /etc/solr/log4j2.xml");
    expect(configuration).toContain('size="32 MB"');
});

test("Solr that is taken away leaves its index, and what comes after it takes that over", () => {
    apply("solr-core", coreProgram(settings), "remove");
    apply("solr-server", serverProgram({ archive, heapMiB: 256 }), "remove");
    expect(guest.exec("systemctl cat solr.service").status).not.toBe(0);
    expect(guest.run("ls -d /opt/solr* /etc/solr* /opt/science-stacks 2>/dev/null; ls /data/solr")).toBe(
        "ckan\nsolr.xml",
    );
    deliver();
    install();
    expect(found("title:cells")).toBe(1);
});
