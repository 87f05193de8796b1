import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its key, as PEM. */
export interface Made {
    certificate: string;
    privateKey: string;
}

/**
 * Certificates by OpenSSL: one that signed itself, and one of an authority with an intermediate, all for `name`.
 * @param extensions of the one that signed itself, besides its name
 */
export function makeCertificates(name = "maps.example.org", extensions: string[] = []) {
    const directory = mkdtempSync(join(tmpdir(), "certificates-"));
    const path = (file: string) => join(directory, file);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
    const make = (file: string, subject: string, added: string[], issuer?: string): Made => {
        openssl(
            ...["req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "30", "-subj", `/CN=${subject}`],
            ...["-keyout", path(`${file}.key`), "-out", path(`${file}.pem`)],
            ...added.flatMap((extension) => ["-addext", extension]),
            ...(issuer ? ["-CA", path(`${issuer}.pem`), "-CAkey", path(`${issuer}.key`)] : []),
        );
        return {
            certificate: readFileSync(path(`${file}.pem`), "utf8"),
            privateKey: readFileSync(path(`${file}.key`), "utf8"),
        };
    };
    const authority = ["basicConstraints=critical,CA:TRUE"];
    const server = [`subjectAltName=${/^[\d.]+$/.test(name) ? "IP" : "DNS"}:${name}`, "basicConstraints=CA:FALSE"];
    try {
        return {
            selfSigned: make("self", name, [`subjectAltName=DNS:${name}`, ...extensions]),
            root: make("root", "Root of a test", authority),
            intermediate: make("intermediate", "Intermediate of a test", authority, "root"),
            signed: make("signed", name, server, "intermediate"),
        };
    } finally {
        rmSync(directory, { recursive: true });
    }
}
