import { MINUTE, type Tried } from "./tried";

/** On the machine's root disk, which is not the volume's. */
const backup = { repository: { mode: "directory", path: "/srv/backups" } };

/** What was lost comes back from a backup. */
export function lossFaults(tried: Tried): void {
    const { stack, product } = tried;

    test(
        "its data are lost",
        async () => {
            stack.configure({ backup });
            await tried.up();
            await stack.run("backup");

            await tried.ssh(product.lose);
            await expect(tried.kept()).rejects.toThrow();
            const said = await stack.run("restore");
            await tried.expectWhole();
            const { rows } = await stack.verify();
            expect(rows.filter(({ ok }) => ok === false)).toEqual([]);
            expect(rows.find(({ id }) => id === "X11")).toMatchObject({ ok: true });
            tried.note(
                product.lost,
                `\`npm run restore\`: ${said.trim().replace(`${stack.name} has`, "has")} All is as it was, every row of \`verify\` met`,
            );
        },
        20 * MINUTE,
    );
}
