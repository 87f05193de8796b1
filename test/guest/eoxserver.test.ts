import { installProgram } from "../../components/guest/packages";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { BACKEND_PORT, backendAddress } from "../../components/eoxserver/backend-address";
import { instanceProgram } from "../../components/eoxserver/instance-program";
import { databaseOf, databaseSecret, managementCommand } from "../../components/eoxserver/render";
import { EOXSERVER_PACKAGES, softwareDirectory, softwareProgram, VERSIONS } from "../../components/eoxserver/software";
import { programText, type StepProgram } from "../../components/guest/program";
import { PostgreSql } from "../../components/guest/postgresql";
import { databaseProgram } from "../../components/guest/postgresql-database";
import { LOCAL_ADMINISTRATOR } from "../../components/guest/postgresql-server";
import type { Guest } from "./guest";
import { giveRunner, guestWithRunner, RUNNER } from "./step-runner";

const address = { serverName: "eo.example.org", tls: true, httpPort: 80, httpsPort: 443 };
const database = PostgreSql.packages("debian-12", ["postgis"]);

let guest: Guest;
beforeAll(() => {
    guest = guestWithRunner("eoxserver", { diskGiB: 2 });
    prepare(HALF_A_CLUSTER);
});
afterAll(() => guest?.destroy());

/** As a power cut in the middle of initdb leaves it. */
const HALF_A_CLUSTER =
    "cd /data; mkdir -p postgresql/15/main/global; touch postgresql/.making-15-main postgresql/15/main/PG_VERSION postgresql/15/main/global/pg_control";

/** What the other components of the stack have done before, and the installation itself. */
function prepare(found = "true"): void {
    const disk = { device: "/dev/disk/by-id/science-stacks-data", mount_point: "/data", owner: "test", size_gib: 2 };
    apply("mount", { script: "data-volume/mount.sh", parameters: disk });
    const packages = [...EOXSERVER_PACKAGES, ...database.packages];
    apply("packages", installProgram({ ...database, packages }));
    guest.run(found);
    apply("cluster", { script: "postgresql/cluster.sh", parameters: { version: "15" } });
    guest.run("systemctl enable --now postgresql@15-main.service");
    apply("users", { script: "eoxserver/users.sh" });
    apply("software", softwareProgram(VERSIONS[0]));
}

/** Runs a step that must succeed: what it reports as changed. */
function apply(name: string, program: StepProgram, action = "apply"): string {
    return guest.run(`${RUNNER} ${name} ${action} 600`, programText(program));
}

interface Options {
    serverName?: string;
    deleteData?: boolean;
}

/** The two steps of an instance, as the stack has them. */
function stepsOf(
    instance: string,
    { serverName = address.serverName, deleteData = false }: Options = {},
): [string, StepProgram][] {
    const program = instanceProgram({
        ...{ name: instance, software: softwareDirectory(VERSIONS[0]), address: { ...address, serverName } },
        ...{ processes: 2, databaseHost: "/var/run/postgresql", databasePort: 5432 },
        ...{ administrator: "admin", databaseAdministrator: LOCAL_ADMINISTRATOR, deleteData },
    });
    return [
        [
            `${instance}-database`,
            databaseProgram({
                ...databaseOf(instance),
                server: { administrator: LOCAL_ADMINISTRATOR },
                ...{ secretName: databaseSecret(instance), extensions: ["postgis"], deleteData },
            }),
        ],
        [`${instance}-instance`, program],
    ];
}

function giveSecrets(instance: string): void {
    for (const kind of ["database", "admin"]) {
        const password = randomBytes(24).toString("base64url");
        const path = `/etc/science-stacks/secrets/eoxserver-${instance}-${kind}`;
        guest.run(`umask 077; mkdir -p "$(dirname ${path})"; cat >${path}`, `${password}\n`);
    }
}

/** Makes an instance, or brings it up to date: what its steps report. */
const make = (instance: string, options?: Options) =>
    stepsOf(instance, options)
        .map(([name, program]) => apply(name, program))
        .join("\n");

const remove = (instance: string, options?: Options) =>
    stepsOf(instance, options)
        .reverse()
        .map(([name, program]) => apply(name, program, "remove"))
        .join("\n");

/** What a Python text prints in Django; it comes by standard input, since a command line ends up in the journal. */
const manage = (instance: string, python: string) =>
    guest.run(`cd /; ${managementCommand(instance)} shell --verbosity 0 2>/dev/null`, `${python}\n`);

const passwordIs = (instance: string, password: string) =>
    manage(
        instance,
        `from django.contrib.auth import authenticate; print(authenticate(username="admin", password=${password}) is not None)`,
    );

const pageOf = (instance: string) =>
    guest.run(
        `exec 3<>/dev/tcp/${backendAddress(instance)}/${BACKEND_PORT}; printf 'GET /${instance}/ HTTP/1.0\\r\\nHost: ${address.serverName}\\r\\n\\r\\n' >&3; head -n 1 <&3`,
    );

describe("an instance", () => {
    beforeAll(() => {
        giveSecrets("instance00");
        make("instance00");
    });

    test("that is there already is not touched: no change is reported, and its back end goes on running", () => {
        const pid = () => guest.run("systemctl show -P MainPID eoxserver@instance00.service");
        const before = pid();
        expect(make("instance00").trim()).toBe("");
        expect(pid()).toBe(before);
    });

    test("is restarted, once, when its settings change, and keeps what its operator has written into eoxserver.conf", () => {
        const conf = "/srv/eoxserver/instance00/instance00/conf/eoxserver.conf";
        guest.run(`sed -i 's/^title=.*/title=Ours/' ${conf}`);
        const report = make("instance00", { serverName: "other.example.org" });
        expect(report.match(/restarted/g)).toHaveLength(1);
        expect(guest.run(`grep -E '^(title|http_service_url)=' ${conf}`).split("\n")).toEqual([
            "http_service_url=https://other.example.org/instance00/ows",
            "title=Ours",
        ]);
        make("instance00");
    });

    test("keeps the password that its administrator has chosen, until the stack has a new one", () => {
        manage(
            "instance00",
            "from django.contrib.auth.models import User; u = User.objects.get(username='admin'); u.set_password('mine'); u.save()",
        );
        make("instance00", { serverName: "other.example.org" });
        expect(passwordIs("instance00", "'mine'")).toBe("True");

        giveSecrets("instance00");
        make("instance00");
        expect(passwordIs("instance00", "'mine'")).toBe("False");
        const secret = guest.run("cat /etc/science-stacks/secrets/eoxserver-instance00-admin");
        expect(passwordIs("instance00", `'${secret}'`)).toBe("True");
    });

    test("has its passwords in no log, no journal, no world-readable file", () => {
        const found = guest.run(
            `for file in /etc/science-stacks/secrets/*; do
                 { grep -rlF -f "$file" /etc /var/log /srv /usr/local /opt/eoxserver/current/bin || true; } | while read -r path; do
                     find "$path" -perm /o=r
                     [[ "$path" != /var/log/* ]] || echo "$path"
                 done
                 journalctl --no-pager | grep -F -f "$file" || true
             done`,
        );
        expect(found).toBe("");
    });

    test("answers after a run that was killed anywhere and done again", async () => {
        giveSecrets("killed");
        for (const [name, program] of stepsOf("killed")) {
            for (const milliseconds of [200, 600, 1000, 1600, 2400, 3600]) {
                guest.run(
                    `nohup ${RUNNER} ${name} apply 600 >/dev/null 2>&1 <<'STEP' &\n${programText(program)}STEP\n`,
                );
                await sleep(milliseconds);
                guest.exec(`systemctl kill --signal KILL science-stacks-${name}.service`);
            }
            apply(name, program);
            expect(apply(name, program).trim()).toBe("");
        }
        expect(pageOf("killed")).toContain("200 OK");
    });

    test("that is taken away is closed and keeps its data; added again it has it back", () => {
        manage("killed", "from django.contrib.auth.models import Group; Group.objects.create(name='kept')");
        remove("killed");
        expect(guest.exec("systemctl is-active eoxserver@killed.service").stdout).toBe("inactive\n");
        expect(guest.run("grep -c eoxs_killed /etc/postgresql/15/main/pg_hba.conf || true")).toBe("0");
        expect(remove("killed").trim()).toBe("");

        expect(make("killed")).toContain("took over the instance in /srv/eoxserver/killed");
        expect(manage("killed", "from django.contrib.auth.models import Group; print(Group.objects.get().name)")).toBe(
            "kept",
        );
    });

    test("that is taken away with its data leaves nothing", () => {
        remove("killed", { deleteData: true });
        expect(
            guest.run(`ls -d /srv/eoxserver/killed /etc/eoxserver/killed /usr/local/bin/eoxs-killed 2>/dev/null || true
                 runuser -u postgres -- psql -AtXc "SELECT datname FROM pg_database WHERE datname = 'eoxs_killed' UNION SELECT rolname FROM pg_roles WHERE rolname = 'killed'"`),
        ).toBe("");
    });
});

test("many instances can be made at the same time", () => {
    const names = ["a", "b", "c", "d", "e"];
    names.forEach(giveSecrets);
    const [databases, instances] = [0, 1].map((index) => names.map((name) => stepsOf(name)[index]!));
    for (const steps of [databases!, instances!]) {
        const calls = steps.map(
            ([name, program]) => `${RUNNER} ${name} apply 600 <<'STEP' & pids+=($!)\n${programText(program)}STEP\n`,
        );
        guest.run(`pids=()\n${calls.join("")}for pid in "\${pids[@]}"; do wait "$pid"; done`);
    }
    expect(guest.run("grep -c '^local eoxs_[a-e] ' /etc/postgresql/15/main/pg_hba.conf")).toBe("5");
    for (const name of names) {
        expect(pageOf(name)).toContain("200 OK");
    }
});

test("a new machine takes over the instances that the data volume holds", () => {
    const secrets = guest.run("cd /etc/science-stacks/secrets; grep . eoxserver-a-*").split("\n");
    guest = guest.recreate();
    giveRunner(guest);
    guest.attachDisk("data", 2);
    prepare();
    for (const line of secrets) {
        const [file, password] = line.split(":");
        guest.run(
            `umask 077; mkdir -p /etc/science-stacks/secrets; cat >/etc/science-stacks/secrets/${file}`,
            `${password}\n`,
        );
    }
    const report = make("a");
    expect(report).toContain("took over the instance in /srv/eoxserver/a");
    expect(report).not.toMatch(/made the (database|administrator)|migrations/);
    expect(pageOf("a")).toContain("200 OK");
});
