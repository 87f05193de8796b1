/** The Python of each release that IcePy is published for, or whose Python its source compiles with. */
const PYTHONS: Record<string, string> = { "debian-12": "3.11" };

/** Why a release cannot have IcePy; undefined where it can. */
export function icePyProblem(image: string): string | undefined {
    return image in PYTHONS
        ? undefined
        : `there is no IcePy 3.6 for the Python of ${image}: none is published, and its source does not compile there`;
}
