import { balancedInstances, BALANCED, CHECK_SECONDS, instancesBehind } from "../../components/eoxserver/balanced";
import { instanceProgram } from "../../components/eoxserver/instance-program";
import { instanceFiles } from "../../components/eoxserver/render";
import { frontFiles, routeFiles } from "../../components/eoxserver/render-front";
import { BALANCER_PORT, balancerFiles } from "../../components/guest/balancer-files";
import { ADMINISTRATOR_ELSEWHERE } from "../../components/guest/postgresql-server";
import { endpointFiles } from "../../components/guest/tls-endpoint-files";
import { ephemeralConfiguration, keysOf } from "../../ephemeral/configuration";
import { testRefusedApplications, two } from "./applications-given";
import { expectRefusedOnce, parse } from "./config-given";
import { expectGolden } from "./golden";
import { local, type Keys } from "./machines-given";

const beside = { machine: local };
const members = { db1: { machine: local }, db2: { machine: local }, db3: { machine: local } };

/** A stack of EOxServer with these machines, and its database on one of its own. */
const withMachines = (applications: Keys, others: Keys = {}): Keys => ({
    applications,
    postgresql: beside,
    ...others,
});

test("machines for EOxServer have the defaults of a machine, and a volume", () => {
    const machine = { platform: "local", image: "debian-12", network: "10.77.0.0/24" };
    expect(
        parse(withMachines({ app1: { machine: local }, app2: { machine: local, data: { sizeGiB: 3 } } })),
    ).toMatchObject({
        applications: {
            app1: { machine, data: { sizeGiB: 10, onDestroy: "delete" } },
            app2: { machine, data: { sizeGiB: 3, onDestroy: "delete" } },
        },
    });
    expect(parse({}).applications).toBeUndefined();
});

test.each<[string, Keys]>([
    ["a machine of the stack", { postgresql: beside }],
    ["several", { postgresql: { machines: members } }],
    ["a server elsewhere", { postgresql: { url: "postgresql://admin@db.example.org/" } }],
])("their databases may be on %s", (_, others) => {
    expect(Object.keys(parse(withMachines(two, others)).applications ?? {})).toEqual(["app1", "app2"]);
});

test("EOxServer needs its release where it is, and not where Apache alone is", () => {
    const older = { eoxserver: { version: "1.5.0" }, machine: { ...local, image: "debian-13" } };
    expect(parse(withMachines(two, older)).machine.image).toBe("debian-13");
});

testRefusedApplications(withMachines);

test.each<[string, Keys, string, RegExp, RegExp]>([
    [
        "databases on the first machine",
        withMachines(two, { postgresql: undefined }),
        "applications",
        /share the databases/,
        /postgresql\.machine, postgresql\.machines, postgresql\.rds or postgresql\.url/,
    ],
    [
        "the name of one of the database's machines",
        withMachines({ db1: { machine: local } }, { postgresql: { machines: members } }),
        "applications.db1",
        /a machine in postgresql\.machines/,
        /another one/,
    ],
    [
        "HAProxy's port for the web",
        withMachines(two, { eoxserver: { httpPort: 4081 } }),
        "eoxserver.httpPort",
        /port of HAProxy/,
        /another port than 22, 5432, 7080, 4081/,
    ],
    [
        "a version that one of the releases has no Python for",
        withMachines(
            { app1: { machine: local }, app2: { machine: { ...local, image: "debian-13" } } },
            { eoxserver: { version: "1.5.0" } },
        ),
        "eoxserver.version",
        /does not run on debian-13/,
        /applications\.app2\.machine\.image debian-12/,
    ],
    [
        "the address of the database's machine",
        withMachines(
            { app1: { machine: { ...local, address: "10.77.0.9" } } },
            { postgresql: { machine: { ...local, address: "10.77.0.9" } } },
        ),
        "applications.app1.machine.address",
        /that of postgresql\.machine/,
        /another machine/,
    ],
])("%s is refused", (_, keys, key, reason, advice) => expectRefusedOnce(keys, key, reason, advice));

const address = {
    ...{ serverName: "eo.example.org", aliases: ["192.0.2.10"], tls: true },
    ...{ httpPort: 80, httpsPort: 443 },
};
const instance = {
    ...{ name: "instance00", software: "/opt/eoxserver/current", address },
    ...{ databaseHost: "10.77.0.20", databasePort: 5432, servesStatic: true },
};
const instances = ["instance00", "ndvi"];

test("what HAProxy, Apache and the back ends are given on several machines is what the golden files show", () => {
    const server = (name: string, host: string) => ({
        ...{ name, address: host, port: 7443 },
    });
    expectGolden("eoxserver", "balancer", {
        ...balancerFiles({
            ...{ name: BALANCED, front: "Apache", checkSeconds: CHECK_SECONDS, timeoutSeconds: 600 },
            services: balancedInstances(instances, address),
            authority: "the authority",
            servers: [server("app1", "10.77.0.11"), server("app2", "10.77.0.12")],
        }),
    });
    expectGolden(
        "eoxserver",
        "endpoint",
        endpointFiles({
            ...{ name: BALANCED, address: "10.77.0.11", certificateRevision: "0123456789ab", timeoutSeconds: 600 },
            services: instancesBehind(instances),
        }),
    );
    const balancer = `127.0.0.1:${BALANCER_PORT}`;
    expectGolden("eoxserver", "front-of-several", {
        ...frontFiles({ address, adminCidrs: ["192.0.2.0/24"], isBalanced: true }),
        ...routeFiles(instances, balancer),
    });
    const { "/etc/eoxserver/instance00/apache2.conf": backEnd } = instanceFiles(instance);
    expectGolden("eoxserver", "instance-of-several", { "/etc/eoxserver/instance00/apache2.conf": backEnd! });
});

test("an instance on several machines is told so by the key that they share", () => {
    const program = {
        ...instance,
        administrator: "admin",
        databaseAdministrator: ADMINISTRATOR_ELSEWHERE,
        deleteData: false,
    };
    expect(instanceProgram(program).parameters).toMatchObject({ key: "" });
    expect(instanceProgram({ ...program, keySecret: "a-key" }).parameters).toMatchObject({ key: "a-key" });
});

test("an ephemeral stack has EOxServer on its one machine, with the database", () => {
    const text =
        "config: { science-stacks:product: eoxserver, science-stacks:machine: { platform: local }, science-stacks:instances: [instance00], " +
        "science-stacks:postgresql: { machine: { platform: local } }, science-stacks:applications: { app1: { machine: { platform: local } } } }";
    const keys = keysOf(ephemeralConfiguration(text));
    expect([keys["applications"], keys["postgresql"]]).toEqual([undefined, undefined]);
});
