import { MINUTE, type Tried } from "./tried";

/** Each service of a product is killed, and hangs. */
export function serviceFaults(tried: Tried): void {
    const { product } = tried;

    test.each(product.services)(
        "$name is killed",
        async ({ name, signal }) => {
            await tried.ssh(signal("KILL"));
            const seconds = await tried.expectWhole();
            tried.note(
                `${name} is killed`,
                `comes back by itself, all answers after ${seconds.toFixed(1)} s, nothing lost`,
            );
        },
        5 * MINUTE,
    );

    test.each(product.services)(
        "$name hangs",
        async ({ name, signal }) => {
            await tried.ssh(signal("STOP"));
            const { failed, says, seconds } = await tried.verify(product.verifySeconds);
            await tried.ssh(signal("CONT"));
            expect(failed).not.toEqual([]);
            const back = await tried.expectWhole();
            tried.note(
                `${name} hangs (SIGSTOP)`,
                `\`verify\` fails after ${seconds.toFixed(0)} s: ${failed.join(", ")} ("${says}"); it goes on ${back.toFixed(1)} s after it is let go, nothing lost`,
            );
        },
        10 * MINUTE,
    );
}
