import type { Finding } from "./guest";

export interface Drift {
    stack: string;
    /** What a refresh found. */
    cloud: Finding[];
    /** What the steps found in the machine. */
    guest: Finding[];
}

/** For a terminal. */
export function asText({ stack, cloud, guest }: Drift): string {
    const findings = [...cloud, ...guest];
    if (findings.length === 0) {
        return `${stack}: nothing differs from what up made.`;
    }
    const told = findings.map(({ step, differences }) => [step, ...differences.map((each) => indent(each))].join("\n"));
    return [`${stack}: ${findings.length} differ from what up made.`, ...told].join("\n");
}

/** For the text of an issue. */
export function asMarkdown({ stack, cloud, guest }: Drift): string {
    const findings = [...cloud, ...guest];
    const told = findings.map(
        ({ step, differences }) => `**\`${step}\`**\n\n~~~~~diff\n${differences.join("\n")}\n~~~~~`,
    );
    const head = `\`${stack}\` differs from what \`up\` made. Put it right with \`npm run up -- ${stack} --repair\`, or take it into the configuration.`;
    return findings.length === 0 ? `\`${stack}\`: nothing differs.` : [head, ...told].join("\n\n").slice(0, 60_000);
}

function indent(text: string): string {
    return text.replaceAll(/^/gm, "  ");
}
