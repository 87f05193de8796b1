import type { OmeroWebContext } from "../../context";
import { together } from "../common/machines";

/** What was seen where OMERO.web is: on the first machine, or on each of those that it has for itself. */
export function onEachApplication(
    context: OmeroWebContext,
    look: (context: OmeroWebContext) => Promise<string>,
): Promise<string> {
    const { applicationMachines } = context;
    return applicationMachines.length === 0
        ? look(context)
        : together(applicationMachines, ({ ssh }) => look({ ...context, machine: ssh }));
}
