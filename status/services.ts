/**
 * The services of a stack, a line each, from what its steps enable, reload and restart: `services.ts STACK [SERVICE]`. With a
 * service, only those of that name: `nginx`, or `eoxserver` for all its instances, or `eoxserver@instance00`.
 */
import { arrayParameter, readProgram } from "../components/guest/read-program";
import { isSecret, type Deployment } from "../verify/deployment";
import { Engine } from "../verify/engine";

/** The units that the steps of a stack keep; what a secret step does is known from the steps that use its files. */
export function servicesOf({ resources }: Deployment): string[] {
    const units = resources
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
    const [stack = "", service] = process.argv.slice(2);
    const units = servicesOf((await new Engine(stack, "").export()).deployment);
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
