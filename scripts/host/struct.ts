import type { BinaryReader, BinaryWriter } from "google-protobuf";
import generated from "google-protobuf/google/protobuf/struct_pb";
import { Reader, Writer } from "protobufjs/minimal";

/**
 * google.protobuf.Struct between the engine's messages and plain values. google-protobuf 3 reads and writes texts letter by letter,
 * which was nearly half of what a plugin did, and an eighth of what the program does: the engine sends the script of a step five times.
 * So the messages of both keep a Struct as its bytes, and protobufjs reads and writes those. Source: google/protobuf/struct.proto.
 */
export type Wire = null | boolean | number | string | Wire[] | { [name: string]: Wire };

/** Numbers of the fields of `Value`. */
const KIND = { null: 1, number: 2, string: 3, bool: 4, struct: 5, list: 6 } as const;
/** How a field is laid: as a varint, in eight bytes, or with its length before it. */
const [VARINT, FIXED64, LENGTH] = [0, 1, 2];
const tag = (field: number, laid: number) => (field << 3) | laid;

const bytesOf = new WeakMap<generated.Struct, Uint8Array>();

/** From here on, all messages of this process keep a Struct as its bytes: no part of one can be asked for by itself. */
export function keepBytes(): void {
    generated.Struct.deserializeBinaryFromReader = (message: generated.Struct, reader: BinaryReader) => {
        const begin = reader.getCursor();
        while (reader.nextField()) {
            reader.skipField();
        }
        bytesOf.set(message, reader.getBuffer().subarray(begin, reader.getCursor()));
        return message;
    };
    generated.Struct.serializeBinaryToWriter = (message: generated.Struct, writer: BinaryWriter) => {
        const bytes = bytesOf.get(message) ?? new Uint8Array();
        writer.writeSerializedMessage(bytes, 0, bytes.length);
    };
    generated.Struct.fromJavaScript = writeStruct;
    generated.Struct.prototype.toJavaScript = function () {
        return readStruct(this);
    };
    generated.Struct.prototype.getFieldsMap = () => {
        throw new Error("a Struct is kept as its bytes here: ask for all of it, by toJavaScript");
    };
}

/** What a Struct holds. A missing message is the same as an empty one. */
export function readStruct(message: generated.Struct | undefined): Record<string, Wire> {
    const { buffer, byteOffset, length } = (message && bytesOf.get(message)) ?? new Uint8Array();
    // Of a Buffer, texts are read by Node.js itself, and not letter by letter.
    return readFields(Reader.create(Buffer.from(buffer, byteOffset, length)), length);
}

/** A Struct that holds the values. */
export function writeStruct(values: Record<string, Wire>): generated.Struct {
    const message = new generated.Struct();
    bytesOf.set(message, writeFields(Writer.create(), values).finish());
    return message;
}

/** The end of what begins here with its length. */
const endOf = (reader: Reader) => reader.uint32() + reader.pos;

function readFields(reader: Reader, end: number): Record<string, Wire> {
    const values: Record<string, Wire> = {};
    while (reader.pos < end) {
        reader.uint32(); // The tag of an entry, of which a Struct has nothing else; and an entry has a key and a value.
        const entryEnd = endOf(reader);
        let [key, value]: [string, Wire] = ["", null];
        while (reader.pos < entryEnd) {
            if (reader.uint32() === tag(1, LENGTH)) {
                key = reader.string();
            } else {
                value = readValue(reader, endOf(reader));
            }
        }
        values[key] = value;
    }
    return values;
}

function readValue(reader: Reader, end: number): Wire {
    let value: Wire = null;
    while (reader.pos < end) {
        const kind = reader.uint32() >>> 3;
        switch (kind) {
            case KIND.null:
                reader.int32();
                break;
            case KIND.number:
                value = reader.double();
                break;
            case KIND.string:
                value = reader.string();
                break;
            case KIND.bool:
                value = reader.bool();
                break;
            case KIND.struct:
                value = readFields(reader, endOf(reader));
                break;
            case KIND.list:
                value = readElements(reader, endOf(reader));
                break;
            default:
                throw new Error(`the engine sent a value of a kind that is not known here: ${kind}`);
        }
    }
    return value;
}

function readElements(reader: Reader, end: number): Wire[] {
    const elements: Wire[] = [];
    while (reader.pos < end) {
        reader.uint32();
        elements.push(readValue(reader, endOf(reader)));
    }
    return elements;
}

function writeFields(writer: Writer, values: Record<string, Wire>): Writer {
    for (const [name, value] of Object.entries(values)) {
        writer.uint32(tag(1, LENGTH)).fork();
        writer.uint32(tag(1, LENGTH)).string(name);
        writeValue(writer.uint32(tag(2, LENGTH)).fork(), value).ldelim();
        writer.ldelim();
    }
    return writer;
}

function writeValue(writer: Writer, value: Wire): Writer {
    if (typeof value === "number") {
        return writer.uint32(tag(KIND.number, FIXED64)).double(value);
    }
    if (typeof value === "string") {
        return writer.uint32(tag(KIND.string, LENGTH)).string(value);
    }
    if (typeof value === "boolean") {
        return writer.uint32(tag(KIND.bool, VARINT)).bool(value);
    }
    if (value === null) {
        return writer.uint32(tag(KIND.null, VARINT)).int32(0);
    }
    if (Array.isArray(value)) {
        writer.uint32(tag(KIND.list, LENGTH)).fork();
        value.forEach((element) => writeValue(writer.uint32(tag(1, LENGTH)).fork(), element).ldelim());
        return writer.ldelim();
    }
    return writeFields(writer.uint32(tag(KIND.struct, LENGTH)).fork(), value).ldelim();
}
