import { installProgram } from "../../components/guest/packages";
import { randomBytes } from "node:crypto";
import { Minio } from "../../components/guest/minio";
import { serverProgram, settings, softwareProgram, type ServerSettings } from "../../components/guest/minio-files";
import { programText, type StepProgram } from "../../components/guest/program";
import { runHostScript, type Guest } from "./guest";
import { guestWithRunner, RUNNER } from "./step-runner";

const SECRETS = "/etc/science-stacks/secrets";

let guest: Guest;
let server: ServerSettings;
let rootPassword: string;
beforeAll(() => {
    guest = guestWithRunner("minio", { diskGiB: 2 });
    const disk = { device: "/dev/disk/by-id/science-stacks-data", mount_point: "/data", owner: "test", size_gib: 2 };
    apply("mount", { script: "data-volume/mount.sh", parameters: disk });
    apply("packages", installProgram(Minio.packages));
    const program = runHostScript("minio.sh", ["deliver"], { connection: JSON.stringify(guest.connection) });
    server = { program, revision: "1", user: "dcor", bucketPrefix: "circle-" };
    apply("minio-software", softwareProgram());
    giveKeys();
});
afterAll(() => guest?.destroy());

/** Runs a step that must succeed: what it reports as changed. */
const apply = (name: string, program: StepProgram, action = "apply"): string =>
    guest.run(`${RUNNER} ${name} ${action} 400`, programText(program));

const secret = () => randomBytes(16).toString("hex");

function giveSecret(name: string, text: string): void {
    guest.run(`umask 077; mkdir -p ${SECRETS}; cat >${SECRETS}/minio-${name}`, `${text}\n`);
}

/** What SecretFiles lays. */
function giveKeys(): void {
    rootPassword = secret();
    giveSecret("root", rootPassword);
    giveSecret("user", secret());
    giveSecret("access-key-id", "ABCDEFGHIJ0123456789");
    giveSecret("secret-access-key", secret());
    const file = "/etc/default/minio";
    guest.run(`umask 077; cat >${file}; chown root:minio-user ${file}; chmod 640 ${file}`, settings(rootPassword));
}

const install = (changes: Partial<ServerSettings> = {}) =>
    apply("minio-server", serverProgram({ ...server, ...changes }));

/** What a Python text prints that has the client `s3` with the access key. */
function withKey(python: string): string {
    const tools = guest.run("echo /opt/science-stacks/minio-tools-*/bin/python");
    const text = `
import io
from minio import Minio
from minio.error import S3Error
read = lambda name: open("${SECRETS}/minio-" + name).read().strip()
s3 = Minio(endpoint="127.0.0.1:9000", access_key=read("access-key-id"), secret_key=read("secret-access-key"), secure=False)
${python}`;
    return guest.run(`${tools} -`, text);
}

const mainPid = () => guest.run("systemctl show -P MainPID minio.service");

test("MinIO runs for this machine alone, as a user of its own, with its objects on the data volume", () => {
    const said = install();
    expect(said.split("\n").slice(-4)).toEqual([
        "gave MinIO the policy dcor-readwrite",
        "gave MinIO the user dcor",
        "gave the user dcor its policy",
        "gave the user dcor its access key",
    ]);
    expect(guest.run(`stat -c %U /proc/${mainPid()}; findmnt -no TARGET -T /data/minio`)).toBe("minio-user\n/data");
    const listening = guest.run("ss -Htlnp | grep minio | awk '{print $4}'").split("\n");
    expect(listening).toContain("127.0.0.1:9000");
    expect(listening.filter((address) => !/^(127\.0\.0\.1|\[::1\]):/.test(address))).toEqual([]);
});

test("the access key makes, fills and reads its own buckets, and no others", () => {
    const lines = withKey(`
s3.make_bucket("circle-1")
s3.put_object("circle-1", "resource/a", io.BytesIO(b"cells"), 5)
print(s3.get_object("circle-1", "resource/a").read().decode())
print([bucket.name for bucket in s3.list_buckets()])
try:
    s3.make_bucket("other")
except S3Error as error:
    print(error.code)`);
    expect(lines).toBe("cells\n['circle-1']\nAccessDenied");
});

test("a second run changes nothing, and MinIO runs on", () => {
    const before = mainPid();
    expect(apply("minio-software", softwareProgram())).toBe("");
    expect(install()).toBe("");
    expect(mainPid()).toBe(before);
});

test("MinIO that is killed is back by itself, with the objects that it had taken", () => {
    withKey(`s3.put_object("circle-1", "resource/b", io.BytesIO(b"x" * (8 << 20)), 8 << 20)`);
    guest.run(`kill -KILL ${mainPid()}`);
    guest.run("timeout 60 bash -c 'until systemctl is-active --quiet minio.service; do sleep 0.2; done'");
    // Active is what answers: nothing waits here.
    expect(withKey(`print(len(s3.get_object("circle-1", "resource/b").read()))`)).toBe(String(8 << 20));
});

test("MinIO is back after a reboot, with its user and its objects", () => {
    guest.reboot(120);
    expect(withKey(`print(s3.get_object("circle-1", "resource/a").read().decode())`)).toBe("cells");
});

test("a new secret of the access key takes the place of the old one, which is refused", () => {
    const old = guest.run(`cat ${SECRETS}/minio-secret-access-key`);
    giveSecret("secret-access-key", secret());
    expect(install({ revision: "2" })).toBe(
        "wrote /etc/systemd/system/minio.service\nrestarted minio.service\ngave the user dcor its access key",
    );
    expect(withKey("print(s3.bucket_exists('circle-1'))")).toBe("True");
    giveSecret("secret-access-key", old);
    expect(() => withKey("s3.list_buckets()")).toThrow("SignatureDoesNotMatch");
    expect(install({ revision: "1" })).toContain("gave the user dcor its access key");
});

test("no secret is on a command line, in the journal or in a file that others can read", () => {
    const secrets = ["root", "user", "secret-access-key"].map((name) => guest.run(`cat ${SECRETS}/minio-${name}`));
    for (const each of secrets) {
        const places = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; journalctl --no-pager; cat /var/log/science-stacks/*";
        expect(
            guest.run(`read -r secret; (${places}) | grep -cFf <(printf %s "$secret") || test $? = 1`, `${each}\n`),
        ).toBe("0");
    }
    expect(guest.run("stat -c '%U:%G %a' /etc/default/minio; stat -c '%a' /data/minio")).toBe(
        "root:minio-user 640\n750",
    );
});

test("MinIO that is taken away leaves its objects", () => {
    apply("minio-server", serverProgram(server), "remove");
    apply("minio-software", softwareProgram(), "remove");
    expect(guest.exec("systemctl cat minio.service").status).not.toBe(0);
    expect(guest.run("ls -d /opt/science-stacks /usr/local/bin/minio 2>/dev/null; ls /data/minio")).toBe("circle-1");
});
