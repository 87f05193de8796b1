/** `backup/keep-state.ts STACK`: gives the machine the state of the stack, for `npm run adopt`; its secrets stay encrypted. */
import { BackedUpStack, command, NoBackups } from "./machine";

command(async () => {
    try {
        await (await BackedUpStack.open(process.argv[2] ?? "")).keepState();
    } catch (error) {
        // A front of OMERO.web, which keeps no data.
        if (!(error instanceof NoBackups)) {
            throw error;
        }
    }
});
