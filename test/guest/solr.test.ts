import { installProgram } from "../../components/guest/packages";
import { Solr } from "../../components/guest/solr";
import {
    coreProgram,
    SERVER_AUTHORITY,
    SERVER_CERTIFICATE,
    SERVER_KEY,
    serverProgram,
    type CoreSettings,
} from "../../components/guest/solr-files";
import { programText, type StepProgram } from "../../components/guest/program";
import { schemaPath, schemaProgram } from "../../components/dcor/schema";
import { requirements, VERSIONS } from "../../components/dcor/software";
import { runHostScript, type Guest, type Result } from "./guest";
import { guestWithRunner, RUNNER } from "./step-runner";

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

test("another schema is taken up while Solr runs on", () => {
    const before = mainPid();
    guest.run(
        `sed 's|</fields>|<field name="of_the_test" type="string"/></fields>|' ${settings.schema} >/opt/schema.xml`,
    );
    const [, core] = install({ schema: "/opt/schema.xml", revision: "2" });
    expect(core).toBe("wrote /data/solr/ckan/conf/schema.xml\nreloaded solr.service");
    expect(mainPid()).toBe(before);
    expect(ask("schema/fields/of_the_test")).toMatchObject({ field: { type: "string" } });
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

describe("for other machines", () => {
    const forMachines = (changes: Partial<CoreSettings> = {}) => {
        const network = guest.address;
        return [
            apply("solr-server", serverProgram({ archive, heapMiB: 256, shown: { network, revision: "1" } })),
            apply("solr-core", coreProgram({ ...settings, network, ...changes })),
        ];
    };
    /** @returns the status of the answer */
    const asked = (options: string) =>
        guest.run(
            `curl --silent --output /dev/null --write-out '%{http_code}' --cacert ${SERVER_AUTHORITY} ${options} ` +
                `'https://${guest.address}:8983/solr/ckan/select?q=title:cells' || true`,
        );

    beforeAll(() => {
        guest.run(`
            umask 077
            mkdir -p /etc/solr/tls /etc/science-stacks/secrets
            printf 'swordfish\n' >/etc/science-stacks/secrets/solr-password
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ${SERVER_KEY} -out ${SERVER_CERTIFICATE} -days 2 -subj /CN=solr \
                -addext 'subjectAltName=IP:${guest.address}' 2>/dev/null
            cp ${SERVER_CERTIFICATE} ${SERVER_AUTHORITY}
            chmod 644 ${SERVER_CERTIFICATE} ${SERVER_AUTHORITY}
            chmod 755 /etc/solr /etc/solr/tls
        `);
    });

    test("Solr answers by TLS, and with its password alone", () => {
        forMachines();
        expect([asked(""), asked("--user ckan:wrong"), asked("--user ckan:swordfish")]).toEqual(["401", "401", "200"]);
        const plain = `curl --silent --max-time 5 http://${guest.address}:8983/solr/ckan/schema/name`;
        expect(guest.exec(plain).stdout).not.toContain("ckan-2.11");
        const listening = guest.run("ss -Htln 'sport = :8983' | awk '{print $4}'");
        expect(listening.replace(/[[\]]|::ffff:/g, "")).toBe(`${guest.address}:8983`);
    });

    test("a second run changes nothing, and nobody else can read what lets in", () => {
        const before = mainPid();
        expect(forMachines()).toEqual(["", ""]);
        expect(mainPid()).toBe(before);
        const shown = guest.run("ps -eo args; systemctl show solr.service; ls -l /proc/*/cmdline >/dev/null; true");
        const stored = guest.run("cut -d= -f2 /etc/solr/tls/key-store.conf | tail -n 1");
        expect(shown).not.toContain("swordfish");
        expect(stored).toMatch(/^[0-9a-f]{48}$/);
        expect(shown).not.toContain(stored);
        const readable =
            'find /etc/solr /data/solr -type f -exec grep -lE "swordfish|PRIVATE|PASSWORD=|credentials" {} +';
        expect(guest.run(`cd /; runuser -u nobody -- ${readable} 2>/dev/null || true`)).toBe("");
    });

    test("another password lets in instead of the one of before", () => {
        guest.run("printf 'sesame\n' >/etc/science-stacks/secrets/solr-password");
        expect(forMachines()[0]).toContain("restarted solr.service");
        expect([asked("--user ckan:swordfish"), asked("--user ckan:sesame")]).toEqual(["401", "200"]);
    });

    test("CKAN's schema comes out of CKAN's own package, and goes again", () => {
        const program = schemaProgram(VERSIONS[0]);
        const schema = schemaPath(VERSIONS[0]);
        expect(apply("schema", program)).toContain(`wrote ${schema}`);
        expect(apply("schema", program)).toBe("");
        guest.run(`cmp ${schema} ${settings.schema}`);
        expect(forMachines({ schema })[1]).toBe("");
        apply("schema", program, "remove");
        expect(guest.exec(`ls ${schema}`).status).not.toBe(0);
    });
});
