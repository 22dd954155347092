import { describe, expect, test } from "vitest";
import { FrameDecoder, type FrontendFrame } from "./frame-decoder.ts";
import { FRONTEND_TYPE } from "./message-type.ts";
import { ProtocolViolation } from "./protocol-violation.ts";

const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
const ANY_TYPES = Object.entries(FRONTEND_TYPE).filter(([name]) => name !== "PasswordMessage");
const LARGE_TYPES = ["Bind", "CopyData", "FunctionCall", "Parse", "Query"];

function raw(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

function header(type: number, length: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = type;
  new DataView(bytes.buffer).setUint32(1, length);
  return bytes;
}

function decoderWith(...chunks: Uint8Array[]): FrameDecoder {
  const decoder = new FrameDecoder({ maxMessageBytes: MAX_MESSAGE_BYTES });
  for (const chunk of chunks) decoder.push(chunk);
  return decoder;
}

function violationOf(action: () => unknown): { message: string; sqlState: string } | undefined {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    return { message: error.message, sqlState: error.sqlState };
  }
  return undefined;
}

describe("startup packets", () => {
  test("are cut by their length word", () => {
    const sslRequest = raw("\0\0\0\x08\x04\xd2\x16\x2f");
    const decoder = decoderWith(sslRequest, sslRequest.subarray(0, 5));
    expect(decoder.nextStartupPacket()).toEqual(sslRequest);
    expect(decoder.nextStartupPacket()).toBeUndefined();
    expect(decoder.bufferedBytes).toBe(5);
    decoder.push(sslRequest.subarray(5));
    expect(decoder.nextStartupPacket()).toEqual(sslRequest);
    expect(decoder.bufferedBytes).toBe(0);
  });

  test.each([
    { name: "is negative", word: "\xff\xff\xff\xff" },
    { name: "is the largest positive number", word: "\x7f\xff\xff\xff" },
    { name: "is zero", word: "\0\0\0\0" },
    { name: "leaves no room for a version", word: "\0\0\0\x07" },
    { name: "is one over the limit", word: "\0\0\x27\x11" },
    { name: "is the start of an HTTP request", word: "GET " },
    { name: "is the start of a TLS ClientHello", word: "\x16\x03\x01\x02" },
    { name: "is the start of a typed message", word: "Q\0\0\0" },
  ])("are refused as soon as the length word is there, if it $name", ({ word }) => {
    const decoder = decoderWith(raw(word.slice(0, 3)));
    expect(decoder.nextStartupPacket()).toBeUndefined();
    decoder.push(raw(word.slice(3)));
    expect(violationOf(() => decoder.nextStartupPacket())).toEqual({
      message: "invalid length of startup packet",
      sqlState: "08P01",
    });
  });

  test.each([8, 10_000])("may have %i bytes", (length) => {
    const packet = new Uint8Array(length);
    new DataView(packet.buffer).setUint32(0, length);
    expect(decoderWith(packet).nextStartupPacket()).toEqual(packet);
  });
});

describe("typed messages", () => {
  test("come out whole, one by one, from one chunk", () => {
    const query = raw("Q\0\0\0\x0dselect 1\0");
    const sync = raw("S\0\0\0\x04");
    const both = new Uint8Array([...query, ...sync]);
    const decoder = decoderWith(both);
    expect(decoder.nextFrame("any")).toEqual({ type: 0x51, bytes: query });
    expect(decoder.nextFrame("any")).toEqual({ type: 0x53, bytes: sync });
    expect(decoder.nextFrame("any")).toBeUndefined();
  });

  test("come out whole from single bytes", () => {
    const query = raw("Q\0\0\0\x0dselect 1\0");
    const decoder = decoderWith();
    const frames: (FrontendFrame | undefined)[] = [];
    for (const byte of query) {
      decoder.push(Uint8Array.of(byte));
      frames.push(decoder.nextFrame("any"));
    }
    expect(frames.slice(0, -1).every((frame) => frame === undefined)).toBe(true);
    expect(frames.at(-1)).toEqual({ type: 0x51, bytes: query });
  });

  test("have memory of their own, which the chunk does not share", () => {
    const chunk = raw("S\0\0\0\x04H\0\0\0\x04");
    const decoder = decoderWith(chunk);
    const frame = decoder.nextFrame("any");
    chunk.fill(0);
    expect(frame?.bytes).toEqual(raw("S\0\0\0\x04"));
    expect(frame?.bytes.buffer.byteLength).toBe(5);
    expect(decoder.nextFrame("any")?.bytes).toEqual(raw("H\0\0\0\x04"));
  });

  test("with an unknown type are refused at the first byte", () => {
    expect(violationOf(() => decoderWith(raw("G")).nextFrame("any"))).toEqual({
      message: "invalid frontend message type 71",
      sqlState: "08P01",
    });
  });

  test("take every type byte of the table but PasswordMessage's, and no other", () => {
    const accepted = Array.from({ length: 256 }, (_, type) => type).filter(
      (type) => violationOf(() => decoderWith(header(type, 4)).nextFrame("any")) === undefined,
    );
    const known = ANY_TYPES.map(([, type]) => type as number);
    expect(accepted).toEqual(known.sort((a, b) => a - b));
  });

  test.each(ANY_TYPES)("%s is refused if its length does not count its own word", (_, type) => {
    const decoder = decoderWith(header(type, 3));
    expect(violationOf(() => decoder.nextFrame("any"))?.message).toBe("invalid message length");
  });

  test.each(ANY_TYPES)(
    "%s is refused at its header if it is too long, and not before",
    (name, type) => {
      const limit = LARGE_TYPES.includes(name) ? MAX_MESSAGE_BYTES : 10_000;
      const fitting = decoderWith(header(type, limit));
      expect(fitting.nextFrame("any")).toBeUndefined();
      const long = decoderWith(header(type, limit + 1).subarray(0, 4));
      expect(long.nextFrame("any")).toBeUndefined();
      long.push(header(type, limit + 1).subarray(4));
      expect(violationOf(() => long.nextFrame("any"))).toEqual({
        message: "invalid message length",
        sqlState: "08P01",
      });
    },
  );

  test("of 2 GiB and of negative length are refused", () => {
    for (const length of [0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      const decoder = decoderWith(header(FRONTEND_TYPE.Query, length));
      expect(violationOf(() => decoder.nextFrame("any"))?.message).toBe("invalid message length");
    }
  });

  test("of the largest length come out whole from chunks of 64 KiB", () => {
    const body = new Uint8Array(MAX_MESSAGE_BYTES - 4).fill(0x61);
    const decoder = decoderWith(header(FRONTEND_TYPE.CopyData, MAX_MESSAGE_BYTES));
    for (let start = 0; start < body.length; start += 65_536) {
      expect(decoder.nextFrame("any")).toBeUndefined();
      decoder.push(body.subarray(start, start + 65_536));
    }
    expect(decoder.nextFrame("any")?.bytes.length).toBe(MAX_MESSAGE_BYTES + 1);
    expect(decoder.bufferedBytes).toBe(0);
  });

  test("a small limit for all messages holds for short ones too", () => {
    const decoder = new FrameDecoder({ maxMessageBytes: 100 });
    decoder.push(header(FRONTEND_TYPE.Sync, 101));
    expect(violationOf(() => decoder.nextFrame("any"))?.message).toBe("invalid message length");
  });

  test("after a violation the decoder consumes nothing and says the same again", () => {
    const decoder = decoderWith(raw("S\0\0\0\x03S\0\0\0\x04"));
    const first = violationOf(() => decoder.nextFrame("any"));
    expect(first?.message).toBe("invalid message length");
    expect(violationOf(() => decoder.nextFrame("any"))).toEqual(first);
    expect(decoder.bufferedBytes).toBe(10);
  });
});

describe("the answer to a request for a password", () => {
  test("is a PasswordMessage of up to 65,535 bytes", () => {
    const password = new Uint8Array(65_536);
    password.set(header(FRONTEND_TYPE.PasswordMessage, 65_535));
    expect(decoderWith(password).nextFrame("password")).toEqual({ type: 0x70, bytes: password });
    const long = decoderWith(header(FRONTEND_TYPE.PasswordMessage, 65_536));
    expect(violationOf(() => long.nextFrame("password"))?.message).toBe("invalid message length");
  });

  test("is nothing else", () => {
    expect(violationOf(() => decoderWith(raw("Q")).nextFrame("password"))).toEqual({
      message: "expected password response, got message type 81",
      sqlState: "08P01",
    });
  });

  test("has its own limit, whatever that of other messages is", () => {
    const decoder = new FrameDecoder({ maxMessageBytes: 8 });
    const password = raw("p\0\0\0\x0bsecret\0");
    decoder.push(password);
    expect(decoder.nextFrame("password")).toEqual({ type: 0x70, bytes: password });
  });

  test("is no message that may come at another time", () => {
    const decoder = decoderWith(raw("p\0\0\0\x05\0"));
    expect(violationOf(() => decoder.nextFrame("any"))?.message).toBe(
      "invalid frontend message type 112",
    );
  });
});
