import type { Outputs } from "../../verify/outputs";
import { SMALL } from "../e2e/small";
import { TestStack } from "../e2e/test-stack";
import { PRODUCTS, type Product } from "./products";
import { connect } from "./reached";
import { MINUTE } from "./tried";

const DCOR = PRODUCTS.find(({ name }) => name === "DCOR") as unknown as Product<"dcor">;

describe("DCOR with its Solr on a machine of its own", () => {
    const stack = new TestStack("search");
    const solr = { machine: { ...SMALL.dcor.machine }, data: { sizeGiB: 2 } };
    /** What users have, found by searching. */
    const kept = async () => {
        const reached = connect(await stack.outputs<Extract<Outputs, { product: "dcor" }>>());
        try {
            return await DCOR.kept(reached);
        } finally {
            await reached.close();
        }
    };

    beforeAll(async () => {
        stack.configure({ ...SMALL.dcor, solr });
        await stack.run("up");
        const reached = connect(await stack.outputs<Extract<Outputs, { product: "dcor" }>>());
        await DCOR.keep(reached).finally(() => reached.close());
    }, 30 * MINUTE);

    afterAll(() => stack.remove());

    test(
        "an index that is lost with Solr's volume is built anew by `up --repair`",
        async () => {
            const before = await kept();
            await stack.sshOn("search", "systemctl stop solr; find /data/solr -mindepth 1 -delete");
            const { stdout } = await stack.attempt("drift");
            expect(stdout).toContain("search-server-core");
            await stack.run("up", "--repair");
            expect(await kept()).toBe(before);
        },
        10 * MINUTE,
    );

    test(
        "Solr goes to the first machine and back, by an up each, with an index of what users have now",
        async () => {
            const before = await kept();
            stack.configure({ solr: {} });
            await stack.run("up");
            expect(await kept()).toBe(before);
            expect((await stack.ssh("systemctl is-active solr")).trim()).toBe("active");
            stack.configure({ solr });
            await stack.run("up");
            expect(await kept()).toBe(before);
            expect(await stack.ssh("ls -d /opt/solr /etc/systemd/system/solr.service* 2>/dev/null || true")).toBe("");
            // What the first machine's index has is of before.
            await stack.ssh("test -d /data/solr/ckan/data/index");
        },
        15 * MINUTE,
    );
});
