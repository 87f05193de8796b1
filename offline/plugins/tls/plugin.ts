import type { Plugin } from "../base";
import { CertRequest, LocallySignedCert, SelfSignedCert } from "./certificates";
import { getCertificate } from "./get-certificate";
import { getPublicKey, PrivateKey } from "./private-key";

/** The stand-in of the Pulumi plugin `tls`: keys and certificates that live in the state alone. */
export const plugin: Plugin = {
    name: "tls",
    version: "5.6.1",
    resources: {
        "tls:index/certRequest:CertRequest": CertRequest,
        "tls:index/locallySignedCert:LocallySignedCert": LocallySignedCert,
        "tls:index/privateKey:PrivateKey": PrivateKey,
        "tls:index/selfSignedCert:SelfSignedCert": SelfSignedCert,
    },
    functions: {
        "tls:index/getCertificate:getCertificate": getCertificate,
        "tls:index/getPublicKey:getPublicKey": getPublicKey,
    },
};
