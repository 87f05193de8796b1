import { z } from "zod";
import { checkedText } from "./field";

/** A site as browsers name it in `Origin`. */
export const origin = () =>
    checkedText((value) => {
        if (/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/.test(value)) {
            return undefined;
        }
        return /^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(value)
            ? { reason: "it has no scheme", advice: `Give "https://${value}".` }
            : { reason: "this is no origin" };
    }).meta({ allowed: 'a scheme and a host name, e.g. "https://portal.example.org"' });

/** What the stack's own keys decide: the way to say it twice would be the way to contradict oneself. */
const GUNICORN_OWN = /(^|\s)(--?(b|bind|w|workers|D|daemon|p|pid|c|config|k|worker-class))\b/;

export const wsgiArgs = () =>
    checkedText((value) => {
        if (!/^[\w =./:,'"%()@+-]*$/.test(value)) {
            return { reason: "it has characters that no argument of Gunicorn needs" };
        }
        const own = GUNICORN_OWN.exec(value)?.[2];
        return own === undefined
            ? undefined
            : {
                  reason: `${own} is what the stack itself gives to Gunicorn`,
                  advice: "Use the key of the stack for it.",
              };
    }).meta({
        allowed: 'arguments of Gunicorn, e.g. "--keep-alive 5"',
        description: "Further arguments of Gunicorn (`omero.web.wsgi_args`).",
    });

/** Any property of OMERO.web: a text, a number, true or false, a list or a mapping, which become JSON. */
export const propertyMap = () =>
    z.record(z.string(), z.unknown()).default({}).meta({
        allowed: 'a mapping of whole names to values, e.g. "omero.web.page_size: 500"',
        description:
            "Any further property of OMERO.web or its apps, by its whole name. Texts are taken as they are, all else as JSON.",
    });
