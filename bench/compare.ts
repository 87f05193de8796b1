import { spread, table, targetRow, type Target } from "./figures";
import { footprintReport, type Footprint } from "./footprint";
import { PRODUCTS, type Product, type ProductName } from "./products";
import { requestsReport, type Answered } from "./requests";
import { Ansible } from "./ansible";
import { Floor } from "./floor";
import { Ours } from "./ours";
import type { Way } from "./way";

const WAYS = {
    floor: (product: ProductName): Way => new Floor(product),
    ansible: (product: ProductName): Way => new Ansible(product),
    ours: (product: ProductName): Way => new Ours(product),
};
type Name = keyof typeof WAYS;
const NAMES = ["floor", "ansible", "ours"] as const satisfies Name[];
const PHASES = ["fresh", "unchanged", "changed"] as const;
type Phase = (typeof PHASES)[number];

/** The times of each way and phase, one of each round. */
export type Measured = Record<Name, Record<Phase, number[]>>;

const TITLES: Record<Name, string> = {
    floor: "the floor: apt and pip alone (`floor.sh`)",
    ansible: "Ansible (`playbook.yml`)",
    ours: "`npm run up`",
};

/**
 * Takes each way in turn, in each round, on a guest that is made for it and removed after it: nothing else runs meanwhile.
 * The order differs from round to round, so that none always comes after the same other one.
 * @param began is told of each way that begins, and may remove it when this process is ended
 */
export async function compare(product: ProductName, rounds: number, began: (way: Way) => void) {
    const empty = () => ({ fresh: [], unchanged: [], changed: [] });
    const measured: Measured = { floor: empty(), ansible: empty(), ours: empty() };
    const rows = new Map<Name, string[]>();
    const answered: Answered[] = [];
    const footprints: Record<Name, Footprint[]> = { floor: [], ansible: [], ours: [] };
    for (let round = 0; round < rounds; round++) {
        for (const name of rotated(NAMES, round)) {
            const way = WAYS[name](product);
            began(way);
            try {
                for (const phase of PHASES) {
                    const seconds = await way[phase]?.();
                    if (seconds !== undefined) {
                        measured[name][phase].push(seconds);
                        console.error(`round ${round + 1}, ${name}, ${phase}: ${seconds.toFixed(1)} s`);
                    }
                    if (phase === "fresh" && way.check !== undefined) {
                        rows.set(name, await way.check());
                    }
                    if (phase === "fresh") {
                        footprints[name].push(await way.footprint());
                    }
                    if (phase === "fresh" && round === 0) {
                        answered.push(...((await way.load?.()) ?? []));
                    }
                }
            } finally {
                way.remove();
            }
        }
    }
    const asked = { ansible: rows.get("ansible") ?? [], ours: rows.get("ours") ?? [] };
    return { measured, rows: asked, footprints, answered };
}

function rotated<T>(items: readonly T[], by: number): T[] {
    return items.map((_, index) => items[(index + by) % items.length]!);
}

/** The section of results.md. */
export function report(
    product: ProductName,
    { measured, rows, footprints, answered }: Awaited<ReturnType<typeof compare>>,
): string {
    const { change } = PRODUCTS[product];
    const cells = (name: Name) =>
        PHASES.map((phase) => (measured[name][phase].length ? spread(measured[name][phase]) : ""));
    return [
        "Median (least to most) of the rounds. The making of the guest and of its disk is in each of the fresh times. Without",
        "`NODE_EXTRA_CA_CERTS`, by which each of the Node.js processes of an `up` takes 50 ms longer on a host that has it set.",
        "",
        table(
            ["", "fresh", "unchanged", `changed: ${change.what}`],
            NAMES.map((name) => [TITLES[name], ...cells(name)]),
        ),
        "",
        table(["ratio of the medians", "", "target", ""], targets(PRODUCTS[product].targets, measured).map(targetRow)),
        "",
        `Asked after each fresh installation: of ours ${rows.ours.join(", ")}; of the playbook's ${rows.ansible.join(", ")},`,
        "for the other rows of `verify` look into how this project lays out a machine.",
        "",
        footprintReport(Object.fromEntries(NAMES.map((name) => [TITLES[name], footprints[name]]))),
        ...(answered.length === 0 ? [] : ["", requestsReport(answered)]),
    ].join("\n");
}

function targets(most: Product["targets"], { ours, ansible, floor }: Measured): Target[] {
    return [
        { what: "fresh, ours to the floor", ours: ours.fresh, other: floor.fresh, most: most.floor },
        ...(most.ansible === undefined
            ? []
            : [{ what: "fresh, ours to Ansible's", ours: ours.fresh, other: ansible.fresh, most: most.ansible }]),
        { what: "unchanged, ours to Ansible's", ours: ours.unchanged, other: ansible.unchanged, most: most.unchanged },
    ];
}
