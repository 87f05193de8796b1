import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificate } from "../certificate";
import { password } from "../password";
import { accessBundle } from "./access-bundle";

/**
 * The administrator's `.dcor-access` file, as Base64, with the password that opens it; both secret.
 * None where users need no certificate of the stack's: over plain HTTP, and with one that their systems trust anyway.
 */
export function accessFile(name: string, certificate: SiteCertificate | undefined, apiToken: pulumi.Output<string>) {
    const certificatePem = certificate?.certificatePem;
    if (certificatePem === undefined) {
        return undefined;
    }
    const secret = password(`${name}-password`, {});
    const file = pulumi
        .all([certificatePem, apiToken, secret])
        .apply(([pem, token, known]) =>
            accessBundle({ certificatePem: pem, apiToken: token, password: known }).toString("base64"),
        );
    return { file: pulumi.secret(file), password: secret };
}
