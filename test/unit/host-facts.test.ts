import { closedPorts, connectionProblem, hostProblems, letsIn, parseFacts } from "../../components/machine/host-facts";

const WANTED = {
    host: "h",
    user: "admin",
    stack: "maps",
    image: "debian-12",
    volumes: [{ section: "data", path: "/srv/science", mountPoint: "/data", sizeGiB: 20 }],
    ports: [80, 443, 5432],
    administrators: ["192.0.2.0/24"],
};

/** A volume as a host tells of it: its state, its size, and what is where it is to be shown. */
const volume = (state: string, gib = 40, mountPoint = "free") => `${state}\t${gib * 2 ** 30}\t${mountPoint}`;

const facts = (changes: Record<string, string> = {}, listening = ["22 0.0.0.0 sshd"]) =>
    parseFacts(
        [
            ...Object.entries({
                release: "debian-12",
                architecture: "amd64",
                python: "3.11.2",
                init: "systemd",
                client: "192.0.2.7",
                stack: "",
                clusters: "",
                volumes: volume("free"),
                ...changes,
            }).map(([name, value]) => `${name}\t${value}`),
            ...listening.map((each) => `listening\t${each}`),
        ].join("\n"),
    );

test("a host that is as it should be has no problem, before the stack is on it and after", () => {
    expect(hostProblems(facts(), WANTED)).toEqual([]);
    const own = facts({ stack: "maps", volumes: volume("of the stack maps", 40, "a mount of /srv") }, [
        "80 * apache2",
        "443 * apache2",
    ]);
    expect(hostProblems(own, WANTED)).toEqual([]);
});

test("all reasons are named at once", () => {
    const wrong = facts(
        {
            release: "debian-13",
            architecture: "i386",
            init: "runit",
            volumes: volume("with other files", 5, "a directory with files"),
            clusters: "15/main ",
            stack: "other",
            client: "198.51.100.7",
        },
        ["80 0.0.0.0 nginx", "80 [::] nginx", "8080 * java"],
    );
    expect(hostProblems(wrong, WANTED)).toEqual([
        "machine.image is debian-12, and the host runs debian-13",
        "its architecture is i386, not amd64 or arm64",
        "its services are started by runit, not by systemd",
        "/srv/science is with other files: give a free device, or an empty directory",
        "/srv/science has 5.0 GiB, and data.sizeGiB asks for 20",
        "/data, where /srv/science is to be found, is a directory with files: mount it, or move it, elsewhere",
        "the stack other is on it already, and a host has one",
        "port 80 is in use by nginx",
        "it has a PostgreSQL of its own (15/main), and a stack's PostgreSQL is its own",
        "firewall.ssh does not have 198.51.100.7, the address from which the host sees this stack's connections",
    ]);
});

test("another stack's volume is refused, and this stack's own is taken over by a new host", () => {
    expect(hostProblems(facts({ volumes: volume("of the stack other") }), WANTED)).toHaveLength(1);
    expect(hostProblems(facts({ volumes: volume("of the stack maps") }), WANTED)).toEqual([]);
});

test("scratch space is looked at as the data is, by its own section and mount point", () => {
    const scratch = { section: "scratch", path: "/srv/scratch", mountPoint: "/cache", sizeGiB: 100 };
    const found = facts({ volumes: volume("free") }, []);
    found.volumes.push(volume("free", 50, "a directory with files"));
    expect(hostProblems(found, { ...WANTED, volumes: [...WANTED.volumes, scratch] })).toEqual([
        "/srv/scratch has 50.0 GiB, and scratch.sizeGiB asks for 100",
        "/cache, where /srv/scratch is to be found, is a directory with files: mount it, or move it, elsewhere",
    ]);
});

test("the address that a host is asked from is found in networks of both kinds", () => {
    expect(letsIn(["192.0.2.0/24"], "192.0.2.7")).toBe(true);
    expect(letsIn(["192.0.2.0/28", "2001:db8::/32"], "192.0.2.77")).toBe(false);
    expect(letsIn(["192.0.2.0/28", "2001:db8::/32"], "2001:db8:1::7")).toBe(true);
    expect(letsIn([], "192.0.2.7")).toBe(false);
});

test("ports that the rules would close are named with their programs, the loopback's are not", () => {
    const listening = [
        "22 0.0.0.0 sshd",
        "9100 * node_exporter",
        "25 127.0.0.1 master",
        "53 127.0.0.53%lo systemd-resolve",
        "631 [::1] cupsd",
    ];
    expect(closedPorts(facts({}, listening), [22, 80, 443])).toEqual(["9100 (node_exporter)"]);
});

test.each([
    ["@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.", /another host key/],
    ["admin@h: Permission denied (publickey).", /does not let admin in/],
    ["sudo: a password is required", /NOPASSWD: ALL/],
    ["admin is not in the sudoers file.", /NOPASSWD: ALL/],
    ["bash: line 1: exec: sudo: not found", /has no sudo/],
    ["ssh: connect to host h port 22: Connection timed out", /cannot be reached by SSH: ssh: connect/],
])("what ssh says as %s is told with what to do", (stderr, said) => {
    expect(connectionProblem({ status: 255, stdout: "", stderr }, "h", "admin")).toMatch(said);
});
