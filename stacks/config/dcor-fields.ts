import { z } from "zod";
import { VERSIONS } from "../../components/dcor/software";
import { version } from "./common";
import { databaseMachines } from "./database-cluster";
import { checkedText, hostName, mailAddress, port, secretText, text, webAddress, wholeNumber } from "./field";
import { ownMachine } from "./further-machine";
import { searchMachines } from "./search-cluster";
import { authorities, ownRds } from "./rds";
import { postgresqlServer } from "./services";

export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;

/** CKAN's own rule for names of users. */
const userName = () => text(/^[a-z0-9_-]{2,100}$/, "2 to 100 lower-case letters, digits, - and _");

/** A regular expression as nginx has it between quotes. */
const userAgents = () =>
    checkedText((value) => {
        try {
            new RegExp(value);
        } catch {
            return { reason: "this is no regular expression" };
        }
        return /["\n\\]$|["\n]/.test(value) ? { reason: "it holds a quote or a line break" } : undefined;
    }).meta({ allowed: 'a regular expression, e.g. "^DCOR-Aid/0\\\\."' });

/** DCOR itself. */
export const dcor = () =>
    z
        .strictObject({
            version: version("CKAN, with the extensions that it was tried with", VERSIONS),
            title: text(/^[^%\n"]{1,100}$/, 'a text on one line without % and "')
                .default("DCOR")
                .meta({ description: "Title of the site (`ckan.site_title`)." }),
            httpPort: port().default(HTTP_PORT).meta({ description: "Port for HTTP." }),
            httpsPort: port()
                .default(HTTPS_PORT)
                .meta({ description: "Port for HTTPS; not used with `tls.mode: none`." }),
            workers: wholeNumber(2, 64).default(4).meta({
                unit: "processes",
                description: "Processes of uWSGI, each with about 200 MiB. With one, no second client would be served.",
            }),
            harakiriSeconds: wholeNumber(60, 86400).default(36000).meta({
                unit: "seconds",
                description:
                    "The time after which uWSGI gives a request up. The guide has ten hours, for uploads through CKAN.",
            }),
            maxBodyMiB: wholeNumber(1, 102400).default(5).meta({
                unit: "MiB",
                description: "The largest request; data go to the object store past CKAN, whatever their size.",
            }),
            blockedUserAgents: userAgents().optional().meta({
                description: "Clients that are told that they are outdated.",
                defaultText: "DCOR-Aid before 0.14.2, as in the guide",
            }),
            robots: z.boolean().default(true).meta({ description: "Search engines are welcome." }),
            publicDatasets: z.boolean().default(true).meta({ description: "Datasets may be public." }),
            listingForVisitors: z
                .boolean()
                .default(true)
                .meta({ description: "Visitors may list the public datasets." }),
            storageMachine: text(/^[a-z][a-z0-9]{0,11}$/, "a name in `applications`")
                .optional()
                .meta({
                    description:
                        "The machine in `applications` that keeps CKAN's storage, the pictures of users and circles, and does what is done " +
                        "once: the nightly jobs, changes of the database, the search index.",
                    defaultText: "the only one in `applications`",
                }),
            registration: z.boolean().default(false).meta({ description: "People may make accounts for themselves." }),
        })
        .prefault({})
        .meta({ description: "DCOR itself." });

export const administrator = () =>
    z
        .strictObject({
            name: userName().default("admin").meta({ description: "Name of the system administrator's account." }),
            email: mailAddress()
                .optional()
                .meta({ description: "The account's mail address.", defaultText: "`admin@` the server's name" }),
        })
        .prefault({})
        .meta({ description: "The system administrator: password and API token are outputs of the stack." });

export const postgresql = () =>
    postgresqlServer()
        .extend({
            url: secretText().optional().meta({
                secret: true,
                allowed:
                    'an address as SQLAlchemy has it, encrypted, e.g. "postgresql://USER:PASSWORD@HOST:5432/DATABASE"',
                description: "A database elsewhere, empty or CKAN's, with its user.",
                defaultText: "one on this machine",
            }),
            authority: authorities("The certificate authorities of `rds`: those of its region.", "none"),
            ...ownMachine("postgresql"),
            machines: databaseMachines(),
            ...ownRds(),
        })
        .prefault({})
        .meta({ description: "PostgreSQL, for CKAN." });

export const solr = () =>
    z
        .strictObject({
            heapMiB: wholeNumber(128, 65536)
                .default(512)
                .meta({ unit: "MiB", description: "Memory for Java's heap, where Solr is the stack's." }),
            archive: webAddress("https://mirror.example.org/solr-9.9.0-slim.tgz")
                .optional()
                .meta({
                    description:
                        "Where Apache's archive of Solr is downloaded from; its checksum is known. Where it does not answer, Solr is " +
                        "put together from its jars.",
                    defaultText: "Apache's own",
                }),
            url: webAddress("http://search.example.org:8983/solr/ckan").optional().meta({
                description: "A core elsewhere, with CKAN's schema.",
                defaultText: "one on this machine",
            }),
            ...ownMachine("solr"),
            machines: searchMachines(),
        })
        .prefault({})
        .meta({ description: "Solr, for the search." });

export const mail = () =>
    z
        .strictObject({
            server: hostName().meta({ description: "Server that mail goes out by." }),
            from: mailAddress().meta({ description: "Who mail is from." }),
            startTls: z
                .boolean()
                .default(true)
                .meta({ description: "Encrypted, with a valid certificate of the server." }),
            user: text(/^[^\s%]{1,128}$/, "a name without spaces")
                .optional()
                .meta({
                    description: "User of the mail server.",
                    defaultText: "none",
                }),
            password: secretText()
                .optional()
                .meta({ secret: true, allowed: "a text, encrypted", description: "The user's password." }),
        })
        .optional()
        .meta({ description: "Mail to users and about upgrades.", defaultText: "none is sent" });

export const upgrades = () =>
    z
        .strictObject({
            mailTo: mailAddress().optional().meta({
                description: "Who is told by mail of upgrades; `mail` must be set.",
                defaultText: "nobody",
            }),
            rebootAt: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, e.g. "02:00"')
                .optional()
                .meta({
                    description: "When the machine is rebooted after an upgrade that asks for it.",
                    defaultText: "never",
                }),
        })
        .prefault({})
        .meta({ description: "Security updates, each night; what they concern is restarted." });
