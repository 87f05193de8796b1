import { generator } from "./generator";

/** Words of manner for the front of a pet name; the other words are those of unique-names-generator. */
const adverbs =
    "abnormally actively actually amazingly barely basically boldly briefly brightly broadly calmly carefully centrally " +
    "certainly cheerfully clearly closely commonly curiously daily deeply directly duly eagerly early easily endlessly " +
    "entirely equally evenly exactly fairly firmly formally freely freshly friendly fully gently gladly globally greatly " +
    "happily highly honestly humbly ideally jointly justly keenly kindly largely lately lightly literally lively locally " +
    "loudly lovely loyally mainly mildly mostly namely nationally naturally nearly neatly newly nicely normally notably " +
    "openly partly perfectly personally plainly politely promptly properly publicly purely quickly quietly rapidly " +
    "rarely readily really recently regularly reliably remotely rightly roughly safely sharply shortly simply sincerely " +
    "slightly slowly smoothly softly solely steadily strictly strongly suddenly surely swiftly timely totally truly " +
    "typically uniquely usually vastly virtually visually vividly wholly widely wisely";

/** `count` words: an animal, an adjective before it, and before that adverbs. @param count at least 1 */
export async function petName(count: number): Promise<string[]> {
    const { adjectives, animals } = await import("unique-names-generator");
    const below = generator();
    const one = (words: readonly string[]): string => words[below(words.length)]!.toLowerCase();

    const manners = adverbs.split(" ");
    return Array.from({ length: count }, (_, index) => {
        const behind = count - 1 - index;
        return one(behind === 0 ? animals : behind === 1 ? adjectives : manners);
    });
}
