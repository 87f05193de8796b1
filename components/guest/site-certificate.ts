import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificate } from "../certificate";
import type { GuestFile } from "./program";
import type { PublicAddress } from "./public-address";

/** Where a web server finds the certificate of its site, with those of its issuers. */
export const CERTIFICATE = "/etc/ssl/certs/science-stacks.pem";
/** Where it finds the certificate's key, readable by root alone. */
export const KEY = "/etc/ssl/private/science-stacks.key";

/** Where it finds both where they come by ACME. */
export const ACME_DIRECTORY = "/etc/ssl/science-stacks-acme";
/** What it answers an ACME server with, below `/.well-known/acme-challenge/`. */
export const ACME_WEBROOT = "/var/lib/science-stacks/acme";

/** What the template of a site says of its certificate. */
export function certificatePaths({ acme = false }: PublicAddress) {
    return acme
        ? {
              certificatePath: `${ACME_DIRECTORY}/fullchain.pem`,
              keyPath: `${ACME_DIRECTORY}/privkey.pem`,
              acmeWebroot: ACME_WEBROOT,
          }
        : { certificatePath: CERTIFICATE, keyPath: KEY, acmeWebroot: "" };
}

/** A text that only root may read, as a file. */
export function rootOnly(content: pulumi.Output<string>): pulumi.Output<GuestFile> {
    return content.apply((text) => ({ content: text.endsWith("\n") ? text : `${text}\n`, mode: "600" }));
}

/** The certificate as a file; none for plain HTTP, and where it comes by ACME. */
export function certificateFile(certificate?: SiteCertificate): Record<string, pulumi.Output<GuestFile>> {
    return certificate?.privateKeyPem === undefined
        ? {}
        : { [CERTIFICATE]: certificate.certificatePem.apply((content) => ({ content })) };
}

/** The certificate's key as a file; none for plain HTTP, and where it comes by ACME. */
export function keyFiles(certificate?: SiteCertificate): Record<string, pulumi.Output<GuestFile>> {
    return certificate?.privateKeyPem === undefined ? {} : { [KEY]: rootOnly(certificate.privateKeyPem) };
}
