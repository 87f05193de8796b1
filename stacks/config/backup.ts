import { z } from "zod";
import { checkedText, hostName, mailAddress, port, secretLine, secretText, text, wholeNumber } from "./field";
import { hostKey, privateKeyComplaints } from "./machine/existing";
import type { Rule } from "./rule";
import { anyBucket, s3Server } from "./s3-server";

const path = (description: string) =>
    checkedText((value) => {
        if (!/^(\/[\w.+@-]+)+$/.test(value)) {
            return { reason: "this is no path of a directory" };
        }
        return /\/\.{1,2}(\/|$)/.test(value)
            ? { reason: "it has . or .. in it", advice: "Give the whole path." }
            : undefined;
    }).meta({ allowed: 'the path of a directory, e.g. "/srv/backups"', description });

const directory = () =>
    z.strictObject({
        mode: z.literal("directory").meta({ description: "A directory of the machine." }),
        path: path(
            "Where another volume, or a network file system, is mounted; the file system of `/data` is refused.",
        ),
    });

const sftp = () =>
    z.strictObject({
        mode: z.literal("sftp").meta({ description: "A directory of another host, by SFTP." }),
        host: hostName().meta({ description: "Name or IPv4 address of the host." }),
        port: port().default(22).meta({ description: "Port of its SSH server." }),
        hostKey: hostKey(),
        user: text(/^[a-z_][a-z0-9_-]{0,31}$/, "the name of a user").meta({ description: "Who logs in." }),
        privateKey: secretText().meta({
            secret: true,
            allowed: "the text of a private key without a passphrase, encrypted",
            description: "The private key to log in with.",
        }),
        path: path("The directory."),
    });

const s3 = () =>
    z.strictObject({
        mode: z.literal("s3").meta({ description: "A bucket of any S3 server." }),
        ...s3Server("Address of the server."),
        bucket: anyBucket().meta({
            description: "The bucket, which is made where there is none and the access key may make one.",
        }),
        secretAccessKey: secretLine().meta({
            secret: true,
            allowed: "a text on one line, encrypted",
            description: "The secret of the access key.",
        }),
    });

const repository = () =>
    z.discriminatedUnion("mode", [directory(), sftp(), s3()]).meta({
        description:
            "Where the backups go. It is made when it is not there, and outlives the stack. Stacks may share one.",
    });

const TIME = String.raw`([01]?\d|2[0-3]|\*)(,([01]?\d|2[0-3]))*:[0-5]\d(:[0-5]\d)?`;
const DAYS = String.raw`(Mon|Tue|Wed|Thu|Fri|Sat|Sun)((,|\.\.)(Mon|Tue|Wed|Thu|Fri|Sat|Sun))*`;
const DATE = String.raw`\*-(\*|\d\d)-(\*|\d\d)`;

const count = (fallback: number, unit: string) =>
    wholeNumber(0, 1000)
        .default(fallback)
        .meta({ unit: "backups", description: `Of the last ${unit}, one of each is kept; of the last two days, all.` });

/** Backups of a stack's data. */
export const backup = () =>
    z
        .strictObject({
            repository: repository(),
            password: secretLine().optional().meta({
                secret: true,
                allowed: "a text on one line, encrypted",
                description:
                    "What the backups are encrypted with. `destroy` puts the generated one here: who has lost it has lost the backups.",
                defaultText: "generated; the output `backup`",
            }),
            schedule: text(
                new RegExp(`^(${DAYS} )?(${DATE} )?${TIME}$`),
                'times as systemd has them (OnCalendar), e.g. "02:30", "Sun 03:00", "*-*-* 00,12:00:00"',
            )
                .default("02:30")
                .meta({ description: "When a backup is made, in the machine's time zone." }),
            keep: z
                .strictObject({
                    daily: count(7, "days"),
                    weekly: count(5, "weeks"),
                    monthly: count(12, "months"),
                })
                .prefault({})
                .meta({ description: "Which backups stay, after each new one." }),
            maximumAgeHours: wholeNumber(1, 8760).default(36).meta({
                unit: "hours",
                description: "`verify` fails when the last good backup is older.",
            }),
            mail: z
                .strictObject({
                    server: hostName().meta({
                        description: "Server that takes mail from this machine, without a log-in.",
                    }),
                    from: mailAddress().meta({ description: "Who the mail is from." }),
                    to: mailAddress().meta({ description: "Who is told of a backup that failed." }),
                })
                .optional()
                .meta({ description: "A mail when a backup fails.", defaultText: "none is sent" }),
        })
        .optional()
        .meta({
            description:
                "Backups of the databases and files, by restic: encrypted, deduplicated, checked (docs/backups.md).",
            defaultText: "none are made",
        });

/** A volume is not backed up to itself. */
const placeRule: Rule = (given) => {
    const path = given("backup", "repository", "path");
    const own =
        given("backup", "repository", "mode") === "directory" && typeof path === "string" && /^\/data(\/|$)/.test(path);
    const reason = "this is the data volume itself, which would be lost with its backups";
    return own
        ? [{ path: ["backup", "repository", "path"], reason, advice: "Give a directory of another volume." }]
        : [];
};

/** Something is kept. */
const keepRule: Rule = (given) => {
    const nothing = (["daily", "weekly", "monthly"] as const).every((each) => given("backup", "keep", each) === 0);
    return nothing ? [{ path: ["backup", "keep"], reason: "no backup would stay", advice: "Keep one at least." }] : [];
};

export const backupRules: readonly Rule[] = [
    placeRule,
    keepRule,
    (given) => privateKeyComplaints(given, ["backup", "repository", "privateKey"]),
];
