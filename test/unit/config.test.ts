import { LEAST, parse } from "./config-given";
import { parseConfig } from "../../stacks/config/parse";

test("what is required is three keys; everything else has its default", () => {
    expect(parse({})).toEqual({
        stack: "eoxserver-local",
        product: "eoxserver",
        machine: { platform: "local", image: "debian-12", network: "10.77.0.0/24" },
        data: { sizeGiB: 20, onDestroy: "delete" },
        firewall: { web: ["0.0.0.0/0", "::/0"], ssh: ["10.77.0.0/24"] },
        tls: { mode: "selfSigned", validityDays: 3650, subject: {} },
        instances: [{ name: "instance00", processes: 10, threads: 1, onRemoval: "keep" }],
        eoxserver: {
            version: "1.5.5",
            processes: 10,
            threads: 1,
            allowedHosts: [],
            httpPort: 80,
            httpsPort: 443,
            requestTimeoutSeconds: 600,
            admin: { user: "admin", cidrs: ["10.77.0.0/24"] },
        },
        postgresql: { sharedBuffersMiB: 256 },
        mirrors: {},
    });
});

test("an instance is a name, or a name with settings that go before those of all instances", () => {
    const { instances } = parse({
        instances: ["maps", { name: "coverages", processes: 3 }],
        eoxserver: { processes: 2 },
    });
    expect(instances.map(({ name, processes }) => [name, processes])).toEqual([
        ["maps", 2],
        ["coverages", 3],
    ]);
});

test("fifty instances are accepted", () => {
    const names = Array.from({ length: 50 }, (_, index) => `instance${String(index).padStart(2, "0")}`);
    expect(parse({ instances: names }).instances.map(({ name }) => name)).toEqual(names);
});

test("administrators are in the machine's network unless told otherwise", () => {
    const own = parse({ machine: { platform: "local", network: "192.168.7.0/24" } });
    expect([own.firewall.ssh, own.eoxserver.admin.cidrs]).toEqual([["192.168.7.0/24"], ["192.168.7.0/24"]]);
    const given = parse({ firewall: { ssh: ["10.1.0.0/16"] }, eoxserver: { admin: { cidrs: ["10.2.0.0/16"] } } });
    expect([given.firewall.ssh, given.eoxserver.admin.cidrs]).toEqual([["10.1.0.0/16"], ["10.2.0.0/16"]]);
});

test("without TLS the port of HTTPS is free for HTTP", () => {
    expect(parse({ tls: { mode: "none" }, eoxserver: { httpPort: 443 } }).eoxserver.httpPort).toBe(443);
});

test("a section of which every line is a comment has its defaults", () => {
    expect(parse({ data: "", eoxserver: { admin: null } })).toEqual(parse({}));
});

test("keys of Pulumi and of other packages are left alone", () => {
    const values = { "aws:region": "eu-central-1", "pulumi:tags": "{}", "science-stacks:product": "eoxserver" };
    const own = { "science-stacks:machine": '{"platform":"local"}', "science-stacks:instances": '["instance00"]' };
    expect(parseConfig("eoxserver-local", "f", { ...values, ...own })).toEqual(parse(LEAST));
});
