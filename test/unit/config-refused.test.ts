import { FILE, LEAST, refused, refusedKeys } from "./config-given";

const instances = (...list: unknown[]) => ({ instances: list });
const machine = (keys: object) => ({ machine: { platform: "local", ...keys } });

describe("each mistake is refused with its key, its reason and what is allowed", () => {
    test.each<[string, Record<string, unknown>, string, RegExp, RegExp]>([
        ["no product", { product: undefined }, "product", /must be set/, /"eoxserver"/],
        [
            "a product that there is not",
            { product: "eoxsever" },
            "product",
            /no such product/,
            /Did you mean "eoxserver"/,
        ],
        ["a misspelt section", { firewal: {} }, "firewal", /no such key/, /Did you mean "firewall"\? Keys: product,/],
        ["a misspelt key", { data: { sizeGib: 20 } }, "data.sizeGib", /no such key/, /Did you mean "sizeGiB"/],
        [
            "a key of another kind",
            { tls: { mode: "none", validityDays: 31 } },
            "tls.validityDays",
            /no such key/,
            /Keys of tls: mode\./,
        ],
        ["a text for a mapping", { machine: "local" }, "machine", /a text/, /a mapping of platform, image/],
        ["a list for a mapping", { data: [20] }, "data", /a list/, /a mapping of sizeGiB/],
        [
            "a text for a number",
            { data: { sizeGiB: "20" } },
            "data.sizeGiB",
            /text \(in quotes\)/,
            /whole number from 5/,
        ],
        [
            "a number for a text",
            { eoxserver: { version: 1.5 } },
            "eoxserver.version",
            /put it in quotes/,
            /lock file of: 1\.5\.5/,
        ],
        ["half a number", { data: { sizeGiB: 20.5 } }, "data.sizeGiB", /no whole number/, /whole number/],
        ["no machine", { machine: undefined }, "machine", /must be set/, /a mapping of platform/],
        ["a machine of no kind", { machine: {} }, "machine.platform", /must be set/, /"local"/],
        [
            "a platform that there is not",
            { machine: { platform: "vmware" } },
            "machine.platform",
            /none of those/,
            /"local"/,
        ],
        ["an unknown image", machine({ image: "centos-7" }), "machine.image", /none of those/, /"debian-12"/],
        ["a public network", machine({ network: "192.0.2.0/24" }), "machine.network", /private/, /10\.0\.0\.0\/8/],
        ["too large a network", machine({ network: "10.0.0.0/8" }), "machine.network", /so large/, /from \/16 to \/29/],
        [
            "too small a network",
            machine({ network: "10.0.0.0/30" }),
            "machine.network",
            /so small/,
            /from \/16 to \/29/,
        ],
        [
            "an address outside",
            machine({ address: "10.78.0.5" }),
            "machine.address",
            /not in machine/,
            /10\.77\.0\.2 to 10\.77\.0\.254/,
        ],
        ["the host's address", machine({ address: "10.77.0.1" }), "machine.address", /host's own/, /or leave it out/],
        ["a broadcast address", machine({ address: "10.77.0.255" }), "machine.address", /broadcast/, /10\.77\.0\.254/],
        ["no address", machine({ address: "10.77.0.256" }), "machine.address", /no IPv4 address/, /an IPv4 address/],
        ["a disk too small", { data: { sizeGiB: 4 } }, "data.sizeGiB", /out of range/, /from 5 to 16384 GiB/],
        ["no network", { firewall: { web: ["office"] } }, "firewall.web[0]", /no network in CIDR/, /192\.0\.2\.0\/24/],
        [
            "a missing prefix",
            { firewall: { web: ["192.0.2.7"] } },
            "firewall.web[0]",
            /prefix is missing/,
            /"192\.0\.2\.7\/32"/,
        ],
        [
            "bits of a host",
            { firewall: { web: ["192.0.2.7/24"] } },
            "firewall.web[0]",
            /address of a host/,
            /"192\.0\.2\.0\/24"/,
        ],
        [
            "bits of an IPv6 host",
            { firewall: { web: ["2001:db8::1/32"] } },
            "firewall.web[0]",
            /host/,
            /"2001:db8::\/32"/,
        ],
        ["a prefix too long", { firewall: { web: ["10.0.0.0/33"] } }, "firewall.web[0]", /from 0 to 32/, /CIDR/],
        ["nobody on the web", { firewall: { web: [] } }, "firewall.web", /0 are given/, /1 or more/],
        [
            "SSH for everyone",
            { firewall: { ssh: ["0.0.0.0/0"] } },
            "firewall.ssh[0]",
            /whole internet/,
            /administrators/,
        ],
        [
            "SSH for everyone by halves",
            { firewall: { ssh: ["128.0.0.0/1"] } },
            "firewall.ssh[0]",
            /large part/,
            /administrators/,
        ],
        [
            "SSH for everyone's IPv6",
            { firewall: { ssh: ["::/0"] } },
            "firewall.ssh[0]",
            /whole internet/,
            /administrators/,
        ],
        [
            "an address as name",
            { serverName: "https://maps.example.org/" },
            "serverName",
            /no host name/,
            /"maps\.example\.org"/,
        ],
        ["no host name", { serverName: "maps_example" }, "serverName", /no host name/, /a host name/],
        [
            "a wildcard",
            { eoxserver: { allowedHosts: ["*"] } },
            "eoxserver.allowedHosts[0]",
            /no host name/,
            /a host name/,
        ],
        [
            "an untested version",
            { eoxserver: { version: "1.5.4" } },
            "eoxserver.version",
            /none of those/,
            /lock file of: 1\.5\.5/,
        ],
        [
            "a version that does not run on the machine's release",
            { eoxserver: { version: "1.5.0" }, ...machine({ image: "debian-13" }) },
            "eoxserver.version",
            /does not run on debian-13/,
            /debian-12/,
        ],
        ["a port out of range", { eoxserver: { httpPort: 70000 } }, "eoxserver.httpPort", /out of range/, /1 to 65535/],
        [
            "the port of SSH",
            { eoxserver: { httpPort: 22 } },
            "eoxserver.httpPort",
            /port of SSH/,
            /another port than 22, 5432/,
        ],
        ["PostgreSQL's port", { eoxserver: { httpsPort: 5432 } }, "eoxserver.httpsPort", /PostgreSQL/, /another port/],
        ["one port for two", { eoxserver: { httpPort: 443 } }, "eoxserver.httpPort", /cannot share/, /two ports/],
        ["no instance", instances(), "instances", /0 are given/, /1 to 50/],
        [
            "51 instances",
            instances(...Array.from({ length: 51 }, (_, i) => `i${i}`)),
            "instances",
            /51 are given/,
            /1 to 50/,
        ],
        ["a text for a list", { instances: "instance00" }, "instances", /a text/, /a list of 1 to 50/],
        ["a number for a name", instances(7), "instances[0]", /a number/, /name, processes/],
        ["an empty entry", instances(null), "instances[0]", /empty/, /name, processes/],
        ["no identifier", instances("my-maps"), "instances[0]", /not of the form/, /underscores, the first a letter/],
        ["a capital", instances("Maps"), "instances[0]", /not of the form/, /lower-case/],
        ["too long a name", instances("a".repeat(59)), "instances[0]", /not of the form/, /1 to 58/],
        ["a word of Python", instances("class"), "instances[0]", /reserved: it is a word/, /"class_data"/],
        ["a module of Python", instances("json"), "instances[0]", /standard library/, /"json_data"/],
        ["Django", instances("django"), "instances[0]", /EOxServer needs/, /another one/],
        ["a path", instances("admin"), "instances[0]", /Apache, Django or EOxServer serves/, /another one/],
        ["a file", instances("manage"), "instances[0]", /file or directory/, /another one/],
        ["PostgreSQL's names", instances("pg_maps"), "instances[0]", /PostgreSQL/, /another one/],
        ["another's static files", instances("maps_static"), "instances[0]", /static files/, /another name/],
        ["a name twice", instances("maps", { name: "maps" }), "instances[1].name", /"maps" is in the list/, /once/],
        ["a name twice but for its case", instances("maps", "MAPS"), "instances[1]", /not of the form/, /lower-case/],
        ["threads", instances({ name: "maps", threads: 4 }), "instances[0].threads", /out of range/, /not thread-safe/],
        ["no processes", { eoxserver: { processes: 0 } }, "eoxserver.processes", /out of range/, /1 to 100 processes/],
        [
            "a mirror that is none",
            { mirrors: { pypi: "mirror" } },
            "mirrors.pypi",
            /no address/,
            /http:\/\/ or https:\/\//,
        ],
        [
            "half an access control",
            { accessControl: {} },
            "accessControl.directives",
            /nothing says how users are authenticated/,
            /Apache directives/,
        ],
    ])("%s", (_, keys, key, reason, advice) => {
        const { problems } = refused(keys);
        expect(problems[0]).toMatchObject({ key });
        expect(problems[0]!.reason).toMatch(reason);
        expect(problems[0]!.advice).toMatch(advice);
    });
});

test("all mistakes are named at once, each where the file has it, in the order of the reference", () => {
    const keys = {
        instances: ["maps", "maps", { name: "Maps", threads: 2, colour: "red" }],
        machine: { platform: "local", address: "10.78.0.1", cpus: 4 },
        data: { sizeGiB: 1, onDestroy: "forget" },
        eoxserver: { httpPort: 443, version: "2.0", admin: { user: "a b" } },
        colour: "red",
    };
    expect(refusedKeys(keys)).toEqual([
        "colour",
        "machine.cpus",
        "machine.address",
        "data.sizeGiB",
        "data.onDestroy",
        "instances[2].name",
        "instances[2].threads",
        "instances[2].colour",
        "instances[1]",
        "instances[2].name",
        "eoxserver.version",
        "eoxserver.admin.user",
        "eoxserver.httpPort",
    ]);
});

test("a message is the file, the key, the value and the reason, and on the next line what to do", () => {
    expect(refused({ firewall: { ssh: ["0.0.0.0/0"] }, data: { sizeGiB: 1 } }).message).toBe(
        `${FILE}: data.sizeGiB is 1: it is out of range.
  Allowed: a whole number from 5 to 16384 GiB.
${FILE}: firewall.ssh[0] is "0.0.0.0/0": SSH from the whole internet, or a large part of it, is refused.
  Give the networks of your administrators, e.g. "192.0.2.0/24".`,
    );
});

test("a stack's name that cannot be a host name is refused", () => {
    for (const name of ["Eoxserver", "eox_server", "9maps", "maps-", "a.b", "x".repeat(51)]) {
        expect(refused(LEAST, [], name).problems[0]).toMatchObject({ key: "the stack's name" });
    }
});
