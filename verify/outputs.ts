import { z } from "zod";

const endpoint = z.object({
    host: z.string(),
    port: z.number().default(22),
    user: z.string().default("root"),
    /** Without one, the SSH agent has it. */
    privateKey: z.string().optional(),
    /** The only key by which the machine is known, as a line of authorized_keys. */
    hostKey: z.string(),
});

/** How administrators reach a machine, by way of a bastion where there is one. */
const ssh = endpoint.extend({ proxy: endpoint.optional() });
const machine = z.object({ name: z.string(), address: z.string(), platform: z.enum(["local", "existing", "aws"]) });

/** What stacks give out of what is beside their first machine; absent where nothing is. */
const beside = {
    /** The machine, and the server's address with its administrator, e.g. `postgresql://administrator@10.77.0.11:5432/postgres`. */
    database: machine.extend({ url: z.string() }).optional(),
    databaseSsh: ssh.optional(),
    /** The machines of PostgreSQL where it has several, by their names in the configuration; their address is `databaseUrl`. */
    databaseMembers: z.record(z.string(), machine).optional(),
    databaseMemberSsh: z.record(z.string(), ssh).optional(),
    /** The address of the server where the platform runs it for the stack, as RDS. */
    databaseUrl: z.string().optional(),
    /** The address of Redis where it has machines for itself, or the platform runs it for the stack, as ElastiCache. */
    redisUrl: z.string().optional(),
    /** The name of the load balancer by which users reach the first machine. */
    loadBalancer: z.string().optional(),
    /** The machine that the object store has for itself. */
    objectStoreMachine: machine.optional(),
    objectStoreSsh: ssh.optional(),
    /** The machine that Redis has for itself. */
    redisMachine: machine.optional(),
    redisSsh: ssh.optional(),
    /** The machines of Redis where it has several, by their names in the configuration. */
    redisMembers: z.record(z.string(), machine).optional(),
    redisMemberSsh: z.record(z.string(), ssh).optional(),
    /** The machine that Solr has for itself. */
    searchMachine: machine.optional(),
    searchSsh: ssh.optional(),
    /** The machines of Solr where it has several, by their names in the configuration; and where CKAN finds one of them. */
    searchMembers: z.record(z.string(), machine).optional(),
    searchMemberSsh: z.record(z.string(), ssh).optional(),
    searchUrl: z.string().optional(),
    /** The machines of OMERO.web or EOxServer, by their names in the configuration. */
    applications: z.record(z.string(), machine).optional(),
    applicationSsh: z.record(z.string(), ssh).optional(),
};

/** What all stacks give out. */
const common = z.object({
    /** Where users find the product, e.g. `https://10.77.0.10`. */
    url: z.url(),
    /** The certificate that users are given, as PEM; absent when TLS is off, or a load balancer shows Amazon's. */
    certificate: z.string().optional(),
    ssh,
    /** Where its backups go, and what they are encrypted with; absent where none are made. */
    backup: z.object({ repository: z.string(), password: z.string() }).optional(),
    machine,
    ...beside,
});

/** The outputs of a stack that verify works with: a public contract, described in docs/verify.md. */
const schema = z.discriminatedUnion("product", [
    common.extend({
        product: z.literal("eoxserver"),
        instances: z.record(z.string(), z.object({ url: z.url(), ows: z.url(), admin: z.url() })),
        adminPasswords: z.record(z.string(), z.string()),
    }),
    common.extend({
        product: z.literal("omero-web"),
        /** Where the apps are. */
        apps: z.record(z.string(), z.url()),
    }),
    common.extend({
        product: z.literal("dcor"),
        /** Where users' programs upload and download. */
        objectStore: z.url(),
        administrator: z.string(),
        administratorPassword: z.string(),
        apiToken: z.string(),
        /** The administrator's `.dcor-access` file as Base64, and its password; absent where users need no certificate. */
        access: z.object({ file: z.string(), password: z.string() }).optional(),
    }),
]);

export type Outputs = z.infer<typeof schema>;

/** How administrators log in to the machines beside the first one that a stack has, by the names that users' commands have for them. */
export function furtherLogins(outputs: Outputs): [string, Outputs["ssh"]][] {
    const {
        databaseSsh,
        databaseMemberSsh,
        objectStoreSsh,
        redisSsh,
        redisMemberSsh,
        searchSsh,
        searchMemberSsh,
        applicationSsh,
    } = outputs;
    const services = { "object-store": objectStoreSsh, redis: redisSsh, search: searchSsh };
    const members = { ...databaseMemberSsh, ...redisMemberSsh, ...searchMemberSsh };
    const logins = { database: databaseSsh, ...services, ...members, ...applicationSsh };
    return Object.entries(logins).flatMap(([name, login]) => (login === undefined ? [] : [[name, login]]));
}

/** The outputs, or an error that says what to do. */
export function readOutputs(stack: string, found: unknown): Outputs {
    const outputs = schema.safeParse(found);
    if (!outputs.success) {
        const what = outputs.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
        throw new Error(
            `${stack} has not got the outputs of a finished stack (${what}).\n  Run: npm run up -- ${stack}`,
        );
    }
    return outputs.data;
}
