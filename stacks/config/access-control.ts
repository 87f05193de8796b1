import { z } from "zod";
import { secretText, text } from "./field";
import type { Rule } from "./rule";

/** The key `accessControl`: who is asked for a name in front of EOxServer, and how. */
export const accessControl = () =>
    z
        .strictObject({
            paths: z
                .array(text(/^\/[\w./~-]*$/, 'a path of the site, e.g. "/instance00/admin"'))
                .min(1)
                .default(["/"])
                .meta({ description: "What only authenticated users reach: each path with all below it." }),
            authType: text(
                /^[\w-]+$/,
                'a kind of authentication as Apache calls it, e.g. "openid-connect", "shibboleth", "Basic"',
            )
                .default("openid-connect")
                .meta({ description: "Apache's name of the kind of authentication (`AuthType`)." }),
            require: text(/^Require \S.*$/, 'a directive "Require …" of Apache')
                .default("Require valid-user")
                .meta({ description: "Who may come in, as an Apache directive." }),
            packages: z
                .array(
                    text(/^[a-z0-9][a-z0-9.+-]+$/, 'the name of a Debian package, e.g. "libapache2-mod-auth-openidc"'),
                )
                .default(["libapache2-mod-auth-openidc"])
                .meta({ description: "Debian packages that it needs." }),
            modules: z
                .array(text(/^[a-z0-9_]+$/, 'the name that a2enmod knows a module by, e.g. "auth_openidc"'))
                .default(["auth_openidc"])
                .meta({ description: "Modules of Apache to enable for it." }),
            pathDirectives: z.string().optional().meta({
                allowed: "Apache directives, a line each",
                description:
                    "Apache directives for each of the paths, e.g. `AuthBasicProvider file` and `AuthUserFile …`. Not for secrets.",
                defaultText: "none",
            }),
            directives: secretText().optional().meta({
                secret: true,
                allowed: "Apache directives, encrypted",
                description:
                    "Apache directives that set it up for the server: the provider's address, the client's name and password.",
                defaultText: "none",
            }),
        })
        .optional()
        .meta({
            description:
                "Access control by a module of Apache in front of EOxServer, which has none of its own: OpenID Connect, " +
                "Shibboleth, Kerberos or passwords.",
            defaultText: "none",
        });

/** Something says how users are authenticated: for the server, or for each path. */
export const accessControlRule: Rule = (given) => {
    const isSet = (...path: string[]) => given("accessControl", ...path) !== undefined;
    const reason = "neither it nor accessControl.pathDirectives is set: nothing says how users are authenticated";
    const advice = "Give Apache directives, of a server as a whole here, of a path there.";
    return isSet() && !isSet("directives") && !isSet("pathDirectives")
        ? [{ path: ["accessControl", "directives"], reason, advice }]
        : [];
};
