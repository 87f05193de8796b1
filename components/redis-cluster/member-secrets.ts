import * as pulumi from "@pulumi/pulumi";
import { pemFile, SecretFiles, secretFile, secretPath } from "../guest/config-files";
import { CERTIFICATE, KEY, REDIS_AUTHORITY } from "../guest/redis";
import { password } from "../password";
import type { Signed } from "../stack-authority";
import { MEMBER_SECRET, SENTINEL_SECRET } from "./member";
import type { RedisMachine } from "./redis-cluster";
import { ITS_OWN, passwordFiles, REDIS_UNIT, USERS, usersText } from "./redis-files";

/** Who comes in to Redis, and to Sentinel. */
export interface Passwords {
    /** Of those who use it. */
    client: pulumi.Output<string>;
    /** Of the members for each other and operators; of who asks what a member is; and of the Sentinels. */
    member: pulumi.Output<string>;
    check: pulumi.Output<string>;
    sentinel: pulumi.Output<string>;
}

/** @param name by which `rotate` knows the password of those who use Redis; the others stay: with another one, a member would be alone */
export const createPasswords = (name: string, child: pulumi.CustomResourceOptions): Passwords => ({
    client: password(`${name}-password`, child),
    member: password(`${name}-members-password`, child),
    check: password(`${name}-check-password`, child),
    sentinel: password(`${name}-sentinel-password`, child),
});

/** What a member shows, and who comes in. */
export interface MemberSecrets {
    /** What Redis and Sentinel read as they start. */
    read: SecretFiles;
    /** Who comes in to Redis, which takes it up as it runs. */
    users: SecretFiles;
}

export function memberSecrets(
    { name, machine, packages }: RedisMachine,
    passwords: Passwords,
    shown: { certificate: Signed; authorityPem: pulumi.Output<string> },
    child: pulumi.CustomResourceOptions,
): MemberSecrets {
    const { client, member, check, sentinel } = passwords;
    const read = new SecretFiles(
        `${name}-redis-secrets`,
        {
            machine,
            files: pulumi.all([member, sentinel]).apply(([ofMembers, ofSentinels]) => ({
                ...passwordFiles({ member: ofMembers, sentinel: ofSentinels }),
                [REDIS_AUTHORITY]: pemFile(shown.authorityPem),
                [CERTIFICATE]: pemFile(shown.certificate.certificatePem),
                [KEY]: pemFile(shown.certificate.privateKeyPem, ITS_OWN),
                [secretPath(MEMBER_SECRET)]: secretFile(member),
                [secretPath(SENTINEL_SECRET)]: secretFile(sentinel),
            })),
        },
        { ...child, dependsOn: packages },
    );
    const users = new SecretFiles(
        `${name}-redis-users`,
        {
            machine,
            files: {
                [USERS]: pulumi.all([client, member, check]).apply(([ofClients, ofMembers, ofChecks]) => ({
                    content: usersText({ client: ofClients, member: ofMembers, check: ofChecks }),
                    ...ITS_OWN,
                })),
            },
            notify: [`${REDIS_UNIT}:reload`],
        },
        { ...child, dependsOn: read },
    );
    return { read, users };
}
