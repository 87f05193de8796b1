import { nameOf, reveal, type Deployment } from "../verify/deployment";
import type { Outputs } from "../verify/outputs";

/** A step as `up` ran it last: what the machine is measured by. */
export interface Step {
    name: string;
    /** The step's text. It may hold secrets. */
    program: string;
    machine: Connection;
}

/** How the state says a machine is reached; its key is secret. */
export type Connection = Omit<Outputs["ssh"], "port" | "user"> & { port?: number; user?: string };

/** The steps of a state that was exported with its secrets shown, in the order in which they were first run. */
export function stepsOf({ resources }: Deployment): Step[] {
    return resources
        .filter(({ type }) => type === "command:remote:Command")
        .map((resource) => ({ name: nameOf(resource), inputs: reveal(resource.inputs) as StepInputs }))
        .filter(({ name, inputs }) => inputs.create?.includes(`/run-step ${name} apply `))
        .map(({ name, inputs }) => ({ name, program: inputs.stdin ?? "", machine: inputs.connection }));
}

interface StepInputs {
    create?: string;
    stdin?: string;
    connection: Connection;
}
