import { DCOR_PYTHON } from "../../verify/dcor-api";
import type { Outputs as AnyOutputs } from "../../verify/outputs";
import { dcorApi } from "../faults/dataset";
import { PRODUCTS, type Product } from "../faults/products";
import { connect } from "../faults/reached";
import { Guest } from "../guest/guest";
import { expectAllRowsOk, expectDestroyed, expectUnchanged } from "./checks";
import { powerCut } from "./host";
import { NETWORK } from "./network";
import { SMALL } from "./small";
import { TestStack } from "./test-stack";

/** The row that a stack that is not for development cannot show. */
const NOT_HERE = ["D10"];
const ROWS = 32;

type Outputs = Extract<AnyOutputs, { product: "dcor" }>;
/** What users have, and how it is lost. */
const DCOR = PRODUCTS.find(({ name }) => name === "DCOR") as unknown as Product<"dcor">;

/** What a Python text prints on DCOR's machine that has the client `s3` with DCOR's keys, at the address that users have. */
const withKeys = (python: string) => `cd /; ${DCOR_PYTHON} <<'END'
import boto3, configparser
reader = configparser.RawConfigParser()
reader.read("/etc/ckan/default/ckan.ini")
options = {key.rpartition(".")[2]: value for key, value in reader["app:main"].items() if key.startswith("dcor_object_store.")}
s3 = boto3.client("s3", endpoint_url=options["endpoint_url"],
    aws_access_key_id=options["access_key_id"], aws_secret_access_key=options["secret_access_key"])
${python}
END`;

/** The status that DCOR's machine is answered with; with `insecure`, whoever answers. */
const answered = (url: string, { user = "", insecure = false } = {}) => {
    const login =
        user &&
        `, auth=(${user
            .split(":")
            .map((word) => `'${word}'`)
            .join(", ")})`;
    const options = `timeout=60${login}${insecure ? ", verify=False" : ""}`;
    return `/usr/lib/ckan/default/bin/python -W ignore -c "import requests; print(requests.get('${url}', ${options}).status_code, end='')"`;
};

describe("DCOR with its services on machines of their own", () => {
    const stack = new TestStack("three");
    const [database, store] = [stack.beside("database"), stack.beside("object-store")];
    const [redis, search] = [stack.beside("redis"), stack.beside("search")];
    /** What users have, found by searching. */
    const kept = async () => {
        const reached = connect(await stack.outputs<Outputs>());
        try {
            return await DCOR.kept(reached);
        } finally {
            await reached.close();
        }
    };
    /** The services with a machine of their own. */
    const own = () => {
        const keys = { machine: { ...SMALL.dcor.machine }, data: { sizeGiB: 2 } };
        return { postgresql: keys, objectStore: { mode: "minio", ...keys }, redis: keys, solr: keys };
    };
    /** In the network, and none of the stack's: it has the repository of the backups. */
    let stranger: Guest;

    beforeAll(async () => {
        stranger = Guest.create("stranger", { network: NETWORK });
        const { hostKey, privateKey } = stranger.connection;
        const login = { mode: "sftp", host: stranger.address, hostKey, user: "root" };
        stack.configure({
            ...SMALL.dcor,
            ...own(),
            backup: { repository: { ...login, path: "/srv/backups" } },
        });
        await stack.setSecret("backup.repository.privateKey", privateKey);
        await stack.run("up");
    });

    afterAll(() => {
        stack.remove();
        stranger?.destroy();
    });

    test("every requirement is met, of all machines; another up changes nothing", async () => {
        const { rows } = await expectAllRowsOk(stack, NOT_HERE, ROWS);
        const detail = (row: string) => rows.find(({ id }) => id === row)?.detail;
        expect(detail("D04")).toContain(`${database}:/var/lib/postgresql/15/main`);
        expect(detail("D04")).toContain(`${store}:/data/minio`);
        expect(detail("D04")).toContain(`${search}:/data/solr/ckan`);
        expect(detail("D03")).toMatch(new RegExp(`on ${search}, by TLSv1\\.3 and with a password alone`));
        expect(detail("D06")).toMatch(new RegExp(`on ${store}, where nginx reaches it by TLSv1\\.3, its certificate`));
        for (const row of ["X01", "X02", "X03", "X05", "X06", "X10", "X11", "X14"]) {
            expect(detail(row)).toContain(`${database}: `);
            expect(detail(row)).toContain(`${store}: `);
            for (const machine of [redis, search]) {
                expect(detail(row)?.includes(`${machine}: `)).toBe(row !== "X11");
            }
        }
        expect(detail("D03")).toMatch(new RegExp(`Redis on ${redis}, .* by TLS alone`));
        expect(detail("D04")).toContain(`${redis}:/var/lib/redis`);
        expect(detail("X03")).toContain(`${store}: the kernel drops all but 9000 from`);
        expect(detail("X03")).toContain(`${search}: the kernel drops all but 8983 from`);
        for (const machine of ["database", "object-store", "redis", "search"] as const) {
            expect(await stack.sshOn(machine, "systemctl is-enabled unattended-upgrades")).toContain("enabled");
        }
        const others = "/data/minio /data/postgresql /data/redis /data/solr /opt/solr";
        const here = `command -v minio redis-server; ls -d ${others} 2>/dev/null`;
        expect(await stack.ssh(`${here} || true`)).toBe("");
        await expectUnchanged(stack, "supervisor nginx");
    });

    test("MinIO and Redis answer the first machine alone, and by TLS alone", async () => {
        const { objectStoreMachine, redisMachine } = await stack.outputs<Outputs>();
        const { address } = objectStoreMachine!;
        for (const way of [`${address}/9000`, `${redisMachine!.address}/6379`]) {
            const connect = `timeout 3 bash -c 'exec 3<>/dev/tcp/${way}' 2>&1 && echo open || echo closed`;
            expect(await stack.ssh(connect)).toContain("open");
            expect(stranger.run(connect)).toContain("closed");
        }
        expect(stranger.run(`timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/22' && echo open`)).toBe("open");
        const plain = `exec 3<>/dev/tcp/${address}/9000; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; timeout 3 head -n 1 <&3`;
        expect(await stack.ssh(plain)).toContain(" 400 ");
    });

    test("Solr answers the first machine alone, by TLS and with the password alone, which no log has", async () => {
        const { address } = (await stack.outputs<Outputs>()).searchMachine!;
        const connect = `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/8983' 2>&1 && echo open || echo closed`;
        expect(await stack.ssh(connect)).toContain("open");
        expect(stranger.run(connect)).toContain("closed");
        const schema = `https://${address}:8983/solr/ckan/schema/name`;
        expect(await stack.ssh(`${answered(schema)}; ${answered(schema, { user: "ckan:wrong" })}`)).toBe("401401");
        const { url } = await stack.outputs<Outputs>();
        const found = answered(`${url}api/3/action/package_search`);
        await stack.sshOn("search", "systemctl stop solr");
        expect(await stack.ssh(found)).not.toBe("200");
        await stack.run("up", "--repair");
        expect(await stack.ssh(found)).toBe("200");
        const secret = "$(sed -n 's/^solr_password = //p' /etc/ckan/default/ckan.ini)";
        expect(await stack.ssh(`grep -rlF "${secret}" /var/log /run/log 2>/dev/null || true`)).toBe("");
        expect(await stack.ssh("grep -rl 'Failed to connect to server' /var/log/ckan")).not.toBe("");
    });

    test("whoever has another certificate is not taken for the object store; drift tells of both machines, and a repair mends both", async () => {
        const { machine } = await stack.outputs<Outputs>();
        const ask = answered(`https://${machine.address}:9443/`, { insecure: true });
        const site = "/etc/nginx/conf.d/dcor-object-store.conf";
        const wrong = `sed -i 's/proxy_ssl_name .*/proxy_ssl_name 192.0.2.1;/' ${site}; nginx -s reload; sleep 1`;
        expect(await stack.ssh(`${ask}; ${wrong}; ${ask}`)).toBe("403502");
        await stack.sshOn("object-store", "systemctl stop minio");
        const { status, stdout } = await stack.attempt("drift");
        expect(status).toBe(1);
        expect(stdout).toContain("site-nginx-files");
        expect(stdout).toContain("object-store-server-server");
        await stack.run("up", "--repair");
        expect(await stack.ssh(ask)).toBe("403");
    });

    test("users' commands know the machines: ssh, logs, status", async () => {
        expect((await stack.sshOn("object-store", "hostname")).trim()).toBe(store);
        expect(await stack.run("logs", "--machine", "search")).toContain("solr.service");
        expect(await stack.run("logs", "--machine", "object-store")).toContain("minio.service");
        expect(await stack.run("logs", "--machine", "redis")).toContain("redis-server.service");
        const { stdout: status } = await stack.attemptAll("status", "--json");
        expect(status).toContain('"object-store:/data"');
        expect(status).toContain('"redis:/data"');
        const wrong = await stack.attempt("ssh", "--machine", "cache", "--", "hostname");
        expect(wrong.status).not.toBe(0);
        expect(wrong.stderr).toContain("Give --machine database, object-store, redis or search");
    });

    test("what each of the machines has lost comes back from the backups, of one time", async () => {
        const reached = connect(await stack.outputs<Outputs>());
        try {
            await DCOR.keep(reached);
            const before = await DCOR.kept(reached);
            const made = (await stack.run("backup")).trim().split("\n");
            expect(made.map((line) => line.replace(/: backup [0-9a-f]{8}: .*/, ""))).toEqual([
                database,
                store,
                stack.name,
            ]);
            await dcorApi(reached).action("organization_create", { name: "later" });

            await stack.ssh("systemctl stop supervisor; find /data/ckan -mindepth 1 -delete");
            await stack.sshOn("object-store", "systemctl stop minio; find /data/minio -mindepth 1 -delete");
            await stack.sshOn("database", "cd /; runuser -u postgres -- dropdb --force ckan_default");
            await expect(DCOR.kept(reached)).rejects.toThrow();
            await stack.run("restore");
            expect(await DCOR.kept(reached)).toBe(before);
            expect(await dcorApi(reached).action("organization_list", {})).not.toContain("later");
        } finally {
            await reached.close();
        }
        await expectAllRowsOk(stack, NOT_HERE, ROWS);
    });

    test("the machines of the services lose their power, and everything works with them again", async () => {
        const object = 'Bucket="circle-kept", Key="resource/kept"';
        await stack.ssh(withKeys(`s3.create_bucket(Bucket="circle-kept"); s3.put_object(${object}, Body=b"42")`));
        const before = await kept();
        for (const machine of [store, redis, database, search]) {
            powerCut(machine);
        }
        await stack.run("up");
        expect((await stack.ssh(withKeys(`print(s3.get_object(${object})["Body"].read())`))).trim()).toBe("b'42'");
        expect(await kept()).toBe(before);
        await stack.ssh(withKeys(`s3.delete_object(${object}); s3.delete_bucket(Bucket="circle-kept")`));
        await expectAllRowsOk(stack, NOT_HERE, ROWS);
    });

    test("destroy leaves nothing of any of them", async () => {
        stranger.destroy();
        await expectDestroyed(stack, NETWORK);
    });
});
