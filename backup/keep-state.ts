/** `backup/keep-state.ts STACK`: gives the machine the state of the stack, for `npm run adopt`; its secrets stay encrypted. */
import { BackedUpMachine, command } from "./machine";

command(async () => (await BackedUpMachine.open(process.argv[2] ?? "")).keepState());
