import { z } from "zod";
import { DNS_PROVIDERS } from "../../components/guest/acme-providers";
import { mailAddress, secretText, text, webAddress, wholeNumber } from "./field";

const subjectText = (example: string) => text(/^\S(.{0,62}\S)?$/, `1 to 64 characters on one line, e.g. "${example}"`);

const selfSigned = () =>
    z.strictObject({
        mode: z
            .literal("selfSigned")
            .meta({ description: "A certificate that the stack makes, to be handed to users." }),
        validityDays: wholeNumber(31, 7300).default(3650).meta({
            unit: "days",
            description: "How long the certificate is valid. It is made anew in its last thirty days.",
        }),
        subject: z
            .strictObject({
                country: text(/^[A-Z]{2}$/, 'a country code of two capital letters, e.g. "AT"')
                    .optional()
                    .meta({ description: "Country (C)." }),
                province: subjectText("Vienna").optional().meta({ description: "State or province (ST)." }),
                locality: subjectText("Vienna").optional().meta({ description: "Town (L)." }),
                organization: subjectText("Example Institute").optional().meta({ description: "Organisation (O)." }),
            })
            .prefault({})
            .meta({ description: "Who the certificate says it belongs to. Its name (CN) is the server's." }),
        email: mailAddress()
            .optional()
            .meta({ description: "An e-mail address in the certificate, of whom to ask.", defaultText: "none" }),
    });

const withoutTls = () =>
    z.strictObject({
        mode: z.literal("none").meta({ description: "Plain HTTP, for use behind a proxy that does TLS." }),
    });

const ownCertificate = () =>
    z.strictObject({
        mode: z.literal("own").meta({ description: "A certificate of one's own. `serverName` must be set." }),
        certificate: z.string().meta({
            allowed: "a certificate and those of its issuers, as PEM",
            description:
                "The certificate, followed by its issuer's and so on, each signed by the next, as PEM. The root may be left " +
                "out; a chain that is not there is refused, for clients would refuse the server.",
        }),
        privateKey: secretText().meta({
            secret: true,
            allowed: "a private key without a passphrase, as PEM",
            description: "The certificate's private key, as PEM, without a passphrase.",
        }),
    });

const acme = () =>
    z.strictObject({
        mode: z.literal("acme").meta({
            description:
                "A certificate from Let's Encrypt, or another authority with ACME, renewed by itself. `serverName` must be " +
                "set, and the authority must reach the machine by that name on port 80, unless `dns` is given.",
        }),
        email: mailAddress().meta({ description: "Whom the authority writes to." }),
        server: webAddress("https://acme.example.org/directory")
            .default("https://acme-v02.api.letsencrypt.org/directory")
            .meta({ description: "The directory of the ACME server." }),
        authority: z
            .string()
            .optional()
            .meta({
                allowed: "a certificate as PEM",
                description:
                    "The certificate authority of an ACME server of one's own: it has signed the server's certificate, and those " +
                    "that it gives.",
                defaultText: "those that the machines trust",
            }),
        dns: z
            .strictObject({
                provider: z.enum(DNS_PROVIDERS).meta({ description: "Who serves the name's domain." }),
                credentials: secretText().optional().meta({
                    secret: true,
                    allowed: "the text of the file that certbot's plugin reads",
                    description: "How to log in there. With `route53` it may be left out where the machine has a role.",
                }),
                propagationSeconds: wholeNumber(0, 3600).optional().meta({
                    unit: "seconds",
                    description: "Time until a record that was set is seen.",
                    defaultText: "the plugin's own",
                }),
            })
            .optional()
            .meta({
                description:
                    "The name is shown to be one's own by a record (DNS-01): the machine need not be reachable.",
                defaultText: "none: by an answer on port 80 (HTTP-01)",
            }),
    });

export const tls = () =>
    z
        .discriminatedUnion("mode", [selfSigned(), withoutTls(), ownCertificate(), acme()])
        .prefault({ mode: "selfSigned" })
        .meta({ description: "HTTPS. Where it is on, HTTP is redirected to it." });
