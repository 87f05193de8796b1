import { createHmac } from "node:crypto";

/**
 * An API token of CKAN: a JSON web token with the identifier of the token's row, signed with the site's SECRET_KEY.
 * It is made here of what the state has already, so that no secret has to be read back from the machine.
 */
export function apiToken(id: string, secretKey: string): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ jti: id })}`;
    return `${signed}.${createHmac("sha256", secretKey).update(signed).digest("base64url")}`;
}
