import { expectNoDrift } from "../e2e/checks";
import { cutOffTenTimes } from "./power";
import { PRODUCTS, type Product } from "./products";
import { MINUTE, Tried } from "./tried";
import { VERSIONS } from "./upgrade";

interface Upgrade {
    /** The configuration with a version. */
    of: (version: string) => Record<string, unknown>;
    versions: { before: string; now: string };
    /** Seconds that the power cuts are spread over. */
    span: number;
    /** Of what is kept, what another version of the product leaves as it is. @default all of it */
    kept?: Product["kept"];
}

const shell =
    (script: string): Product["kept"] =>
    ({ machine }) =>
        machine.run(script);

const UPGRADES: Record<string, Upgrade> = {
    EOxServer: {
        of: (version) => ({ eoxserver: { processes: 2, version } }),
        versions: VERSIONS.eoxserver,
        span: 30,
        kept: shell(`
            cd / && runuser -u postgres -- psql -XAtq -d eoxs_instance00 -c "select count(*), md5(string_agg(t::text, ',' order by n)) from kept t"
            sha256sum /srv/eodata/kept
        `),
    },
    "OMERO.web": {
        of: (version) => ({ omeroWeb: { version } }),
        versions: VERSIONS.omeroWeb,
        span: 25,
        // The sessions are of the old Django's making: upstream asks for new ones.
        kept: shell("cd /opt/omero/web/omero-web && sha256sum logo.svg var/django_secret_key"),
    },
    DCOR: {
        of: (version) => ({ dcor: { workers: 2, version } }),
        versions: VERSIONS.dcor,
        span: 50,
    },
};

describe.each(PRODUCTS)("$name, whose machine loses its power while it is upgraded", (product) => {
    const { of, versions, span, ...own } = UPGRADES[product.name]!;
    const backup = { repository: { mode: "directory", path: "/srv/backups" } };
    const configuration = { ...product.configuration, ...of(versions.before), backup };
    const tried = new Tried({ ...product, ...own, configuration }, "upgraded");
    const { stack } = tried;

    beforeAll(() => tried.install(), 20 * MINUTE);
    afterAll(() => stack.remove());

    test(
        "ten times at random moments: the next up finishes it",
        async () => {
            stack.configure(of(versions.now));
            const moments = await cutOffTenTimes(tried, span);
            const { seconds } = await tried.up();
            expect((await tried.verify()).failed).toEqual([]);
            await expectNoDrift(stack);
            tried.note(
                "ten power cuts at random moments of an upgrade",
                `cut after ${moments} s; the next \`up\` finishes it in ${seconds.toFixed(0)} s; nothing lost, every row of \`verify\` met, no drift`,
            );
        },
        40 * MINUTE,
    );
});
