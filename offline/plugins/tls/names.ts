import { isIP } from "node:net";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
    AttributeTypeAndValue,
    AttributeValue,
    GeneralName,
    Name,
    RelativeDistinguishedName,
    SubjectAlternativeName,
} from "@peculiar/asn1-x509";

/** The subject of a certificate or a request, as the resources take it. */
export interface Subject {
    commonName?: string;
    country?: string;
    emailAddress?: string;
    locality?: string;
    organization?: string;
    organizationalUnit?: string;
    postalCode?: string;
    province?: string;
    serialNumber?: string;
    streetAddresses?: string[];
}

/** Other names of the subject. */
export interface AlternativeNames {
    dnsNames?: string[];
    ipAddresses?: string[];
    uris?: string[];
}

/** The attributes in the order in which the official plugin writes them. */
const attributes: [keyof Subject, string][] = [
    ["country", "2.5.4.6"],
    ["province", "2.5.4.8"],
    ["locality", "2.5.4.7"],
    ["streetAddresses", "2.5.4.9"],
    ["postalCode", "2.5.4.17"],
    ["organization", "2.5.4.10"],
    ["organizationalUnit", "2.5.4.11"],
    ["commonName", "2.5.4.3"],
    ["serialNumber", "2.5.4.5"],
    ["emailAddress", "1.2.840.113549.1.9.1"],
];

/** The distinguished name: an entry for each attribute that is given, several street addresses in one. */
export function distinguishedName(subject: Subject): Name {
    const parts = attributes.map(([attribute, type]) => {
        const values = [subject[attribute] ?? []].flat().filter((value) => value !== "");
        return values
            .map((value) => attributeValue(value, attribute === "emailAddress"))
            .map((value) => new AttributeTypeAndValue({ type, value }))
            .sort(byEncoding);
    });
    return new Name(parts.filter((part) => part.length > 0).map((part) => new RelativeDistinguishedName(part)));
}

/** DER writes the elements of a set in the order of their encodings. */
function byEncoding(one: AttributeTypeAndValue, other: AttributeTypeAndValue): number {
    return Buffer.compare(Buffer.from(AsnConvert.serialize(one)), Buffer.from(AsnConvert.serialize(other)));
}

/** Text is a PrintableString where that is possible, else UTF-8; an e-mail address is an IA5String (RFC 5280, A.1). */
export function attributeValue(value: string, isEmail: boolean): AttributeValue {
    if (isEmail) {
        return new AttributeValue({ ia5String: ascii(value, "the e-mail address") });
    }
    const isPrintable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value);
    return new AttributeValue(isPrintable ? { printableString: value } : { utf8String: value });
}

/** The extension's value, or `undefined` where there are no such names. @throws for what is no IP address or not ASCII */
export function subjectAlternativeName(names: AlternativeNames): SubjectAlternativeName | undefined {
    const all = [
        ...(names.dnsNames ?? []).map((name) => new GeneralName({ dNSName: ascii(name, "the DNS name") })),
        ...(names.ipAddresses ?? []).map((address) => new GeneralName({ iPAddress: ipAddress(address) })),
        ...(names.uris ?? []).map((uri) => new GeneralName({ uniformResourceIdentifier: ascii(uri, "the URI") })),
    ];
    return all.length > 0 ? new SubjectAlternativeName(all) : undefined;
}

function ipAddress(text: string): string {
    if (isIP(text) === 0) {
        throw new Error(`${JSON.stringify(text)} is not an IP address`);
    }
    return text;
}

function ascii(text: string, what: string): string {
    if (!/^[\x00-\x7f]*$/.test(text)) {
        throw new Error(`${what} ${JSON.stringify(text)} has characters outside ASCII; write it in its encoded form`);
    }
    return text;
}
