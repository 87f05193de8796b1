import { Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { keepBytes, type Wire } from "../../scripts/host/struct";

/** The names in their order, by which google-protobuf sorts them. */
const values: Record<string, Wire> = {
    "a struct": { empty: {}, inner: { deeper: ["", { text: "ü" }] }, list: [] },
    nothing: null,
    numbers: [0, -1, 0.1, 1e300, 2 ** 53],
    texts: ["", "Größe: 3 µm", "日本", "𝄞", "x".repeat(100_000)],
    truths: [true, false],
};
/** As google-protobuf writes them by itself. */
const written = Struct.fromJavaScript(values).serializeBinary();

beforeAll(keepBytes);

test("a Struct is written byte by byte as google-protobuf does, and read back", () => {
    expect(Buffer.compare(Struct.fromJavaScript(values).serializeBinary(), written)).toBe(0);
    expect(Struct.deserializeBinary(written).toJavaScript()).toEqual(values);
});

test("so is one that is in another message", () => {
    const bytes = new Value().setStructValue(Struct.fromJavaScript(values)).serializeBinary();
    expect(Value.deserializeBinary(bytes).getStructValue()?.toJavaScript()).toEqual(values);
});

test("a message without anything is an empty Struct", () => {
    expect(Struct.deserializeBinary(new Uint8Array()).toJavaScript()).toEqual({});
    expect(new Struct().toJavaScript()).toEqual({});
});

test("what is no value of a Struct is refused, and so is a part of one", () => {
    expect(() => Struct.fromJavaScript({ wrong: undefined as unknown as null })).toThrow(TypeError);
    expect(() => Struct.deserializeBinary(written).getFieldsMap()).toThrow("ask for all of it");
});
