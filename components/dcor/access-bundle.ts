import { createHmac } from "node:crypto";

/** What a user of DCOR-Aid is given. */
export interface Access {
    /** The server's certificate with its chain; its common name is the server's. */
    certificatePem: string;
    /** The user's API token. */
    apiToken: string;
    /** The user is told it by another way than the file. */
    password: string;
}

/**
 * A `.dcor-access` file, by which DCOR-Aid and dclab set up their connection: a zip archive of `server.cert` and `api_key.txt`.
 * They read it with Python's zipfile, which knows the old encryption of zip alone ("ZipCrypto"): it keeps a file from
 * being read by chance, and is no match for someone who wants to. The same input gives the same bytes.
 * Upstream: DCOR "Operations", encrypted access token; dclab `rtdc_dataset.fmt_dcor.access_token`.
 */
export function accessBundle({ certificatePem, apiToken, password }: Access): Buffer {
    const entries = [
        entry("server.cert", Buffer.from(certificatePem), password),
        entry("api_key.txt", Buffer.from(apiToken), password),
    ];
    let offset = 0;
    const directory = entries.map(({ name, common, local }) => {
        const header = Buffer.concat([
            uint(4, 0x02014b50),
            uint(2, 20),
            common,
            Buffer.alloc(10),
            uint(4, offset),
            name,
        ]);
        offset += local.length;
        return header;
    });
    const index = Buffer.concat(directory);
    const end = [uint(4, 0x06054b50), uint(4, 0), uint(2, entries.length), uint(2, entries.length)];
    return Buffer.concat([
        ...entries.map(({ local }) => local),
        index,
        ...end,
        uint(4, index.length),
        uint(4, offset),
        uint(2, 0),
    ]);
}

/** A stored, encrypted file: as it lies in the archive, and the part that the directory repeats. */
function entry(fileName: string, content: Buffer, password: string) {
    const name = Buffer.from(fileName);
    const checksum = crc32(content);
    // Twelve bytes that nobody foresees come first; by the last of them, a reader knows a wrong password.
    const noise = createHmac("sha256", password).update(fileName).update(content).digest().subarray(0, 11);
    const encrypted = encrypt(Buffer.concat([noise, uint(1, checksum >>> 24), content]), password);
    const sizes = [uint(4, encrypted.length), uint(4, content.length)];
    // Version 2.0, encrypted, stored, made at the beginning of zip's time.
    const fields = [uint(2, 20), uint(2, 1), uint(2, 0), uint(2, 0), uint(2, 0x21), uint(4, checksum), ...sizes];
    const common = Buffer.concat([...fields, uint(2, name.length), uint(2, 0)]);
    return { name, common, local: Buffer.concat([uint(4, 0x04034b50), common, name, encrypted]) };
}

/** The encryption of PKWARE's APPNOTE, section 6.1. */
function encrypt(plain: Buffer, password: string): Buffer {
    const keys: [number, number, number] = [0x12345678, 0x23456789, 0x34567890];
    const update = (byte: number) => {
        keys[0] = crcStep(keys[0], byte);
        keys[1] = (Math.imul(keys[1] + (keys[0] & 0xff), 134775813) + 1) >>> 0;
        keys[2] = crcStep(keys[2], keys[1] >>> 24);
    };
    Buffer.from(password).forEach(update);
    return Buffer.from(
        plain.map((byte) => {
            const mixed = (keys[2] | 2) & 0xffff;
            const mask = (Math.imul(mixed, mixed ^ 1) >>> 8) & 0xff;
            update(byte);
            return byte ^ mask;
        }),
    );
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) {
        value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return value;
});

const crcStep = (crc: number, byte: number) => (CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8)) >>> 0;

const crc32 = (content: Buffer) => ~content.reduce(crcStep, 0xffffffff) >>> 0;

function uint(bytes: number, value: number): Buffer {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntLE(value, 0, bytes);
    return buffer;
}
