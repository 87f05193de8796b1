import { z } from "zod";
import { checkedText, hostName, port, secretLine, text, webAddress, wholeNumber } from "./field";
import { GUNICORN_PORT } from "./omero-web-settings";

export const publicUser = () =>
    z
        .strictObject({
            user: text(/^[\w.@+-]{1,64}$/, "1 to 64 letters, digits and @ . + - _").meta({
                description: "The user of the OMERO.server that visitors are without logging in.",
            }),
            password: secretLine().meta({
                secret: true,
                allowed: "a text on one line, encrypted",
                description: "Its password.",
            }),
            urlFilter: checkedText((value) => (/[\n\r]/.test(value) ? { reason: "it has line breaks" } : undefined))
                .default("^/(?!webadmin)")
                .meta({
                    allowed: "a regular expression of Python on one line",
                    description: "The paths that visitors may see.",
                }),
            getOnly: z.boolean().default(true).meta({ description: "Visitors may read only." }),
            serverId: wholeNumber(1, 100)
                .default(1)
                .meta({ description: "Number of the OMERO.server in `omeroWeb.servers`, from 1." }),
        })
        .optional()
        .meta({ description: "Data that everyone may see without logging in.", defaultText: "none" });

export const icePy = () =>
    z
        .strictObject({
            url: webAddress("https://www.example.org/zeroc_ice-3.6.5-cp311-cp311-manylinux_2_28_x86_64.whl").meta({
                description: "Where the wheel is published.",
            }),
            sha256: text(/^[0-9a-f]{64}$/, "64 hexadecimal digits").meta({ description: "Its SHA-256." }),
        })
        .optional()
        .meta({
            description:
                "A published wheel of IcePy 3.6.5 for the machine's Python (3.11 on Debian 12). Where it does not answer, IcePy " +
                "is built from its source on PyPI.",
            defaultText: "none: it is built",
        });

export const backend = () =>
    z
        .strictObject({
            host: hostName().meta({ description: "Its address." }),
            port: port().default(GUNICORN_PORT).meta({ description: "Its port." }),
        })
        .optional()
        .meta({
            description:
                "Gunicorn on another machine: this stack has nginx alone. The other stack has " +
                "`omeroWeb.applicationServer.host`, `omeroWeb.fronts`, and this one's name in `omeroWeb.allowedHosts`.",
            defaultText: "none: OMERO.web is on this machine",
        });
