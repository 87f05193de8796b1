import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";

/** The arguments of the SDK's program starter for one run. */
export function runArguments(request: RunRequest, engineAddress: string): string[] {
    const info = request.getInfo();
    const values: Record<string, string> = {
        monitor: request.getMonitorAddress(),
        engine: engineAddress,
        organization: request.getOrganization(),
        project: request.getProject(),
        "root-directory": info?.getRootDirectory() ?? "",
        stack: request.getStack(),
        pwd: request.getPwd(),
        parallel: String(request.getParallel()),
    };
    const flags = Object.entries(values).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value]));
    return [...flags, ...(request.getDryrun() ? ["--dry-run"] : []), request.getProgram(), ...request.getArgsList()];
}

/** The environment of one run: the SDK reads the stack's configuration from it. */
export function runEnvironment(request: RunRequest, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return {
        ...base,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toObject(false))),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    };
}
