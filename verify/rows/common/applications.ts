import type { Context } from "../../context";
import { together } from "./machines";

/** What was seen where the product is: on the first machine, or on each of those that it has for itself. */
export function onEachApplication<C extends Pick<Context, "applicationMachines" | "machine">>(
    context: C,
    look: (context: C) => Promise<string>,
): Promise<string> {
    const { applicationMachines } = context;
    return applicationMachines.length === 0
        ? look(context)
        : together(applicationMachines, ({ ssh }) => look({ ...context, machine: ssh }));
}
