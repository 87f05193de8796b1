import { installProgram } from "../../components/guest/packages";
import type { Guest } from "../guest/guest";
import { guestWithRunner, runStep } from "../guest/step-runner";
import { makeCertificates } from "../unit/certificates";
import { expectAllRowsOk, expectUnchanged } from "./checks";
import { NETWORK } from "./network";
import { TestStack } from "./test-stack";

/** Rows that a stack without an access control and without backups cannot show. */
const NOT_HERE = ["E15", "X11"];
const ROWS = 30;
const PASSWORD = "it's 100% a password: \\ # =";

/** Debian's PostgreSQL, reached from outside by TLS alone. As at a managed service, PostGIS is for users who are no superusers, too. */
const SERVER = `
    set -e
    cd /etc/postgresql/15/main
    install -o postgres -m 600 /dev/stdin server.pem
    echo 'trusted = true' >>/usr/share/postgresql/15/extension/postgis.control
    printf '%s\\n' "listen_addresses = '*'" "ssl_cert_file = '$PWD/server.pem'" "ssl_key_file = '$PWD/server.pem'" >conf.d/test.conf
    printf 'local all postgres peer\\nhostssl all all 0.0.0.0/0 scram-sha-256\\n' >pg_hba.conf
    systemctl restart postgresql@15-main
`;

describe("EOxServer with its databases on another machine", () => {
    const stack = new TestStack("elsewhere");
    let server: Guest;

    /** What a query prints that the server's superuser asks there. */
    const sql = (query: string, database = "postgres") =>
        server.run(`cd /; runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d ${database} -f -`, query);
    const databases = () => sql("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1").split("\n");

    beforeAll(() => {
        server = guestWithRunner("database", { network: NETWORK });
        const packages = ["postgresql-15-postgis-3"];
        expect(runStep(server, "packages", installProgram({ packages }))).toMatchObject({
            status: 0,
        });
        const { signed, intermediate, root } = makeCertificates(server.address);
        server.run(SERVER, [signed.certificate, intermediate.certificate, signed.privateKey].join(""));
        sql(`CREATE ROLE master LOGIN CREATEDB PASSWORD $$${PASSWORD}$$; CREATE ROLE theirs; CREATE DATABASE theirs`);
        stack.configure({
            product: "eoxserver",
            machine: { platform: "local", network: NETWORK },
            data: { sizeGiB: 5 },
            instances: ["instance00", "theirs"],
            eoxserver: { processes: 2 },
            postgresql: { url: `postgresql://master@${server.address}/`, authority: root.certificate },
        });
    });

    afterAll(() => {
        stack.remove();
        server?.destroy();
    });

    /** An `up` that ends with this reason. */
    async function expectFails(reason: string): Promise<void> {
        const { status, stdout, stderr } = await stack.attempt("up");
        expect(status).not.toBe(0);
        expect(stdout + stderr).toContain(reason);
    }

    test("up ends where the server is asked, with the reason: no password, a wrong one, a right that is missing; and where a user is another's", async () => {
        await expectFails("no password supplied");
        await stack.setSecret("postgresql.password", "wrong");
        await expectFails('password authentication failed for user "master"');
        await stack.setSecret("postgresql.password", PASSWORD);
        await expectFails("its user master may not make databases and users (CREATEDB, CREATEROLE)");
        sql("ALTER ROLE master CREATEROLE");
        await expectFails("the database user theirs is there already, and is not this stack's");
        expect(sql("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'theirs'")).toBe("f");
    });

    test("every requirement is met, also with new passwords; a second up changes nothing", async () => {
        stack.configure({ instances: ["instance00", { name: "ocean", onRemoval: "delete" }] });
        await stack.run("up");
        await stack.run("rotate", "database-password");
        const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        const access = rows.find(({ id }) => id === "E07")?.detail;
        expect(access).toMatch(/TLSv1\.\d \(sslmode verify-full\); the server refuses connections without TLS/);
        await expectUnchanged(stack, "eoxserver@instance00 eoxserver@ocean");
    });

    test("an instance that goes with its data leaves nothing at the server; destroy leaves all that is there", async () => {
        stack.configure({ instances: ["instance00"] });
        await stack.run("up");
        expect(databases()).toEqual(["eoxs_instance00", "postgres", "theirs"]);
        expect(sql("SELECT rolname FROM pg_roles WHERE rolname = 'ocean'")).toBe("");
        await stack.run("destroy");
        expect(databases()).toEqual(["eoxs_instance00", "postgres", "theirs"]);
        expect(sql("SELECT username FROM auth_user", "eoxs_instance00")).toBe("admin");
    });
});
