/**
 * The services of a stack's machine, a line each, from what its steps enable, reload and restart:
 * `services.ts STACK [--login OUTPUT] [SERVICE]`. The stack's output says which machine: `ssh`, the first one's, unless another is
 * named, or `named.` and the name of one that its user has named. With a service, only those of that name: `nginx`, or `eoxserver` for all its instances, or `eoxserver@instance00`.
 */
import { parseArgs } from "node:util";
import { arrayParameter, readProgram } from "../components/guest/read-program";
import { isSecret, reveal, stackOutputs, type Deployment } from "../verify/deployment";
import { Engine } from "../verify/engine";
import type { Login } from "../verify/ssh";

/**
 * The units that the steps of a stack keep; what a secret step does is known from the steps that use its files.
 * @param on the machine that they keep them on. @default any
 */
export function servicesOf({ resources }: Deployment, on?: Login): string[] {
    const isThere = ({ host, port }: Partial<Login> = {}) => host === on?.host && port === on?.port;
    const units = resources
        .filter(({ inputs }) => on === undefined || isThere(reveal(inputs?.["connection"]) as Login | undefined))
        .map(({ inputs }) => inputs?.["stdin"])
        .filter((stdin): stdin is string => typeof stdin === "string" && !isSecret(stdin))
        .flatMap((stdin) => readProgram(stdin) ?? [])
        .flatMap((program) => [
            ...arrayParameter(program, "enable"),
            ...arrayParameter(program, "notify").map((entry) => entry.slice(0, entry.lastIndexOf(":"))),
        ]);
    return [...new Set(units)].sort();
}

/** Those that are meant by a name. */
export function matching(units: readonly string[], service: string): string[] {
    const name = service.replace(/\.service$/, "");
    return units.filter((unit) => [name, `${name}.service`].includes(unit) || unit.startsWith(`${name}@`));
}

async function main(): Promise<void> {
    const { values, positionals } = parseArgs({ options: { login: { type: "string" } }, allowPositionals: true });
    const [stack = "", service] = positionals;
    const { deployment } = await new Engine(stack, "").export("--show-secrets");
    const [output = "", name] = (values.login ?? "ssh").split(".");
    const outputs = stackOutputs(deployment);
    const named = Object.assign(
        {},
        ...["applicationSsh", "databaseMemberSsh", "redisMemberSsh", "searchMemberSsh"].map((each) => outputs[each]),
    ) as Record<string, unknown>;
    const machine = name === undefined ? outputs[output] : named[name];
    const units = servicesOf(deployment, machine as Login);
    const wanted = service === undefined ? units : matching(units, service);
    if (wanted.length === 0) {
        throw new Error(`${stack} has no service ${service}.\n  Its services: ${units.join(", ")}.`);
    }
    console.log(wanted.join("\n"));
}

if (require.main === module) {
    main().catch((error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    });
}
