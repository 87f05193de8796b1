import { cause } from "./faults";
import { Mirror, type Mischief, type Upstream } from "./mirror";
import type { Product } from "./products";
import { MINUTE, type Tried } from "./tried";

type Fetches = NonNullable<Product["fetches"]>;

const CASES: [Mischief, string][] = [
    ["down", "is down"],
    ["truncated", "ends each package half-way"],
    ["wrong", "serves packages with a wrong byte (checksum)"],
    ["slow", "sends 50 kB/s"],
];

/** Asked before the machine is told of a mirror. */
async function upstreamOf(tried: Tried): Promise<Upstream> {
    const told = await tried.ssh(`
        apt-get indextargets --format '$(REPO_URI)' | sort -u
        PYTHONPATH=$(find /usr/share/python-wheels -name 'pip-*.whl' -print -quit) \\
            python3 -c 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)'
    `);
    const addresses = told
        .trim()
        .split("\n")
        .map((address) => address.replace(/\/$/, ""));
    const ending = (path: string) => addresses.find((address) => address.endsWith(path)) ?? "";
    return { debian: ending("/debian"), "debian-security": ending("/debian-security"), simple: ending("/simple") };
}

/** What a mirror may have wrong when an `up` needs packages that the machine has not got. */
export function mirrorFaults(tried: Tried, { kind, configuration }: Fetches): void {
    const { stack } = tried;
    let mirror: Mirror;
    let turn = 0;

    afterAll(() => mirror?.close());

    test.each(CASES)(
        "a mirror that is %s",
        async (mischief, words) => {
            mirror ??= await Mirror.open(await upstreamOf(tried));
            mirror.mischief = mischief;
            mirror.asked = 0;
            stack.configure({ mirrors: mirror.mirrors, ...configuration(++turn) });
            const ended = await stack.attempt("up");
            await tried.expectWhole();
            mirror.mischief = "none";
            expect(ended.status === 0).toBe(mischief === "slow");
            expect(mirror.asked).toBeGreaterThan(0);
            const { seconds } = await tried.up();
            const took = `${ended.seconds.toFixed(0)} s`;
            tried.note(
                `the mirror of ${kind} ${words}`,
                ended.status === 0
                    ? `\`up\` ends well after ${took}`
                    : `\`up\` fails after ${took} (${cause(ended).slice(0, 300)}); pages are answered; with a good mirror the next ends well in ${seconds.toFixed(0)} s`,
            );
        },
        20 * MINUTE,
    );
}

/** A local machine has its host's clock: apt alone is told another time. */
export function clockFaults(tried: Tried, { configuration }: Fetches): void {
    const { stack } = tried;

    test(
        "a clock that is 400 days slow",
        async () => {
            await tried.ssh(`
                apt-get install --quiet --yes faketime
                printf '#!/bin/sh\\nexec faketime -f -400d /usr/bin/apt-get "$@"\\n' >/usr/local/sbin/apt-get
                chmod 755 /usr/local/sbin/apt-get
            `);
            stack.configure(configuration(5));
            const ended = await stack.attempt("up");
            expect(ended.status).not.toBe(0);
            await tried.ssh("rm /usr/local/sbin/apt-get");
            const { seconds } = await tried.up();
            tried.note(
                "the clock of the machine is 400 days slow (apt's alone: a local machine has its host's)",
                `\`up\` with a new package fails (${cause(ended).slice(0, 300)}); pages are answered; with the clock right the next ends well in ${seconds.toFixed(0)} s`,
            );
        },
        10 * MINUTE,
    );
}
