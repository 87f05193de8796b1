import { z } from "zod";
import { checkedText, hostName, mailAddress, port, secretLine, secretText, text, wholeNumber } from "./field";
import { hostKey, privateKeyComplaints } from "./machine/existing";
import type { Rule } from "./rule";

/** The kinds of repositories, by how their address begins. */
const KINDS = {
    directory: /^\/[\w.+@/-]+$/,
    sftp: /^sftp:[a-z_][\w-]*@[A-Za-z0-9.-]+:[\w./-]+$/,
    s3: /^s3:https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/[a-z0-9][a-z0-9.-]{2,62}(\/[\w./-]+)?$/,
} as const;

/** What a repository is kept on; undefined for what is no address of one. */
export function repositoryKind(address: unknown): keyof typeof KINDS | undefined {
    const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
    return typeof address === "string" ? kinds.find((kind) => KINDS[kind].test(address)) : undefined;
}

const repository = () =>
    checkedText((value) => {
        if (/^\/data(\/|$)/.test(value)) {
            return { reason: "this is the data volume itself, which would be lost with its backups" };
        }
        if (/(^|\/)\.\.?(\/|$)/.test(value)) {
            return { reason: "it has . or .. in it", advice: "Give the whole path." };
        }
        return repositoryKind(value) === undefined ? { reason: "this is no address of a repository" } : undefined;
    }).meta({
        allowed:
            'a directory ("/mnt/backup"), "sftp:USER@HOST:/PATH", or "s3:https://HOST/BUCKET/PATH", without a password in it',
        description:
            "Where the backups go: a directory (of another volume, or a network file system that is mounted there), a host by " +
            "SFTP, or a bucket of an S3 server. It is made when it is not there. Stacks may share one.",
    });

const TIME = String.raw`([01]?\d|2[0-3]|\*)(,([01]?\d|2[0-3]))*:[0-5]\d(:[0-5]\d)?`;
const DAYS = String.raw`(Mon|Tue|Wed|Thu|Fri|Sat|Sun)((,|\.\.)(Mon|Tue|Wed|Thu|Fri|Sat|Sun))*`;
const DATE = String.raw`\*-(\*|\d\d)-(\*|\d\d)`;

const count = (fallback: number, unit: string) =>
    wholeNumber(0, 1000)
        .default(fallback)
        .meta({ unit: "backups", description: `Of the last ${unit}, one of each is kept.` });

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
            sftp: z
                .strictObject({
                    hostKey: hostKey(),
                    port: port().default(22).meta({ description: "Port of its SSH server." }),
                    privateKey: secretText().meta({
                        secret: true,
                        allowed: "the text of a private key without a passphrase, encrypted",
                        description: "The private key to log in with.",
                    }),
                })
                .optional()
                .meta({ description: "For a repository by SFTP.", defaultText: "none" }),
            s3: z
                .strictObject({
                    accessKeyId: text(/^\S{3,128}$/, "an access key").meta({ description: "Access key." }),
                    secretAccessKey: secretLine().meta({
                        secret: true,
                        allowed: "a text on one line, encrypted",
                        description: "The secret of the access key.",
                    }),
                    region: text(/^[a-z0-9-]{2,32}$/, 'a region, e.g. "eu-central-1"')
                        .default("us-east-1")
                        .meta({ description: "Its region; servers other than Amazon's take the default." }),
                })
                .optional()
                .meta({ description: "For a repository on an S3 server.", defaultText: "none" }),
            mail: z
                .strictObject({
                    server: hostName().meta({ description: "Server that takes mail from this machine, without a log-in." }),
                    from: mailAddress().meta({ description: "Who the mail is from." }),
                    to: mailAddress().meta({ description: "Who is told of a backup that failed." }),
                })
                .optional()
                .meta({ description: "A mail when a backup fails.", defaultText: "none is sent" }),
        })
        .optional()
        .meta({
            description: "Backups of the databases and files, by restic: encrypted, deduplicated, checked (docs/backups.md).",
            defaultText: "none are made",
        });

/** A repository elsewhere has its keys, and no others. */
const accessRule: Rule = (given) => {
    const kind = repositoryKind(given("backup", "repository"));
    if (kind === undefined) {
        return [];
    }
    return (["sftp", "s3"] as const).flatMap((each) => {
        const isGiven = given("backup", each) !== undefined;
        const path = ["backup", each];
        if (kind === each && !isGiven) {
            return [{ path, reason: "it must be set for this repository", advice: "Give what is needed to log in." }];
        }
        return kind !== each && isGiven
            ? [{ path, reason: `backup.repository is no address that begins with "${each}:"`, advice: "Leave it out." }]
            : [];
    });
};

/** Something is kept. */
const keepRule: Rule = (given) => {
    const nothing = (["daily", "weekly", "monthly"] as const).every((each) => given("backup", "keep", each) === 0);
    return nothing
        ? [{ path: ["backup", "keep"], reason: "no backup would stay", advice: "Keep one at least." }]
        : [];
};

export const backupRules: readonly Rule[] = [
    accessRule,
    keepRule,
    (given) => privateKeyComplaints(given, ["backup", "sftp", "privateKey"]),
];
