import { describe, expect, test } from "vitest";
import {
  decodeFrontendMessage,
  decodePasswordMessage,
  decodeStartupPacket,
  FrameDecoder,
  ProtocolViolation,
  traceBackend,
  traceFrontend,
  traceStartupPacket,
} from "../../src/pgwire/index.ts";
import { mutated, noise, validConversation } from "./conversation.ts";
import { firstSeed, type Random, seededRandom } from "./random.ts";

const MAX_MESSAGE_BYTES = 512;
/** What a decoder may still wait for, by phase: one byte less than the largest message. */
const MAX_WAITING_BYTES = { startup: 9_999, password: 65_535, open: MAX_MESSAGE_BYTES };

type Phase = keyof typeof MAX_WAITING_BYTES;

/** What a listener would have seen of a conversation. */
interface Reading {
  /** Bytes of the messages, in order. */
  readonly messages: readonly Uint8Array[];
  readonly lines: readonly string[];
  readonly end: string;
  readonly mostWaitingBytes: Readonly<Record<Phase, number>>;
}

/** Reads as a session does: as far as it can after each chunk. Any other error than a violation gets out. */
function read(chunks: Iterable<Uint8Array>): Reading {
  const decoder = new FrameDecoder({ maxMessageBytes: MAX_MESSAGE_BYTES });
  const messages: Uint8Array[] = [];
  const lines: string[] = [];
  const mostWaitingBytes = { startup: 0, password: 0, open: 0 };
  let phase: Phase = "startup";
  const step = (): boolean => {
    if (phase === "startup") {
      const packet = decoder.nextStartupPacket();
      if (packet === undefined) return false;
      messages.push(packet);
      const decoded = decodeStartupPacket(packet);
      lines.push(traceStartupPacket(decoded));
      if (decoded.type === "StartupMessage") phase = "password";
      return true;
    }
    const frame = decoder.nextFrame(phase === "password" ? "password" : "any");
    if (frame === undefined) return false;
    messages.push(frame.bytes);
    lines.push(traceFrontend(frame));
    if (phase === "password") decodePasswordMessage(frame);
    else decodeFrontendMessage(frame);
    phase = "open";
    return true;
  };
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      while (step());
      mostWaitingBytes[phase] = Math.max(mostWaitingBytes[phase], decoder.bufferedBytes);
    }
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    return { messages, lines, end: `${error.sqlState} ${error.message}`, mostWaitingBytes };
  }
  return { messages, lines, end: `${decoder.bufferedBytes} bytes left`, mostWaitingBytes };
}

function* inChunks(bytes: Uint8Array, nextSize: () => number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const size = Math.max(1, nextSize());
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

/** Runs a check for many seeds, and names the seed when it fails. */
function forSeeds(count: number, check: (random: Random) => void): void {
  const first = firstSeed();
  for (let seed = first; seed < first + count; seed++) {
    try {
      check(seededRandom(seed));
    } catch (error) {
      throw new Error(`with FUZZ_SEED=${seed}`, { cause: error });
    }
  }
}

const INPUTS = [
  { name: "a valid conversation", make: validConversation },
  {
    name: "a conversation with changes",
    make: (random: Random) => mutated(validConversation(random), random),
  },
  { name: "noise", make: noise },
  {
    name: "a conversation that becomes noise",
    make: (random: Random) =>
      Uint8Array.from(Buffer.concat([validConversation(random), noise(random)])),
  },
];

describe.each(INPUTS)("$name", ({ make }) => {
  test("becomes messages, then at most a protocol violation, and nothing else", () => {
    forSeeds(1000, (random) => {
      const bytes = make(random);
      const { messages, end } = read([bytes]);
      const whole = Buffer.concat(messages);
      expect(whole.equals(bytes.subarray(0, whole.length))).toBe(true);
      expect(end).toMatch(
        /^(?:08P01 [a-zA-Z]|0A000 unsupported frontend protocol|28000 no PostgreSQL user|\d+ bytes left$)/,
      );
    });
  });

  test("is read the same however it is cut into chunks", () => {
    forSeeds(300, (random) => {
      const bytes = make(random);
      const { messages, lines, end } = read([bytes]);
      const cuts = [() => 1, () => 1 + random.below(7), () => 1 + random.below(300)];
      for (const nextSize of cuts) {
        const reading = read(inChunks(bytes, nextSize));
        expect(reading.lines).toEqual(lines);
        expect(reading.end).toBe(end);
        expect(Buffer.concat(reading.messages).equals(Buffer.concat(messages))).toBe(true);
        expect(reading.messages.length).toBe(messages.length);
      }
    });
  });

  test("never makes the decoder keep more than a part of one message", () => {
    forSeeds(300, (random) => {
      const { mostWaitingBytes } = read(inChunks(make(random), () => 1 + random.below(2000)));
      for (const phase of ["startup", "password", "open"] as const) {
        expect(mostWaitingBytes[phase]).toBeLessThanOrEqual(MAX_WAITING_BYTES[phase]);
      }
    });
  });
});

test("valid conversations are read to their end", () => {
  forSeeds(1000, (random) => {
    const bytes = validConversation(random);
    const { messages, end } = read([bytes]);
    expect(end).toBe("0 bytes left");
    expect(Buffer.concat(messages).equals(bytes)).toBe(true);
  });
});

test("the inputs reach every phase, and violations of every decoder", () => {
  const seen = new Set<string>();
  forSeeds(3000, (random) => {
    const { end } = read([random.pick(INPUTS).make(random)]);
    seen.add(end.replace(/\d+(?!\S* )/g, "N").replace(/(?<=protocol )\S+/, "N"));
  });
  const expected = [
    "08P01 expected password response, got message type N",
    "08P01 insufficient data left in message",
    "08P01 invalid frontend message type N",
    "08P01 invalid length of startup packet",
    "08P01 invalid message format",
    "08P01 invalid message length",
    "08P01 invalid password packet size",
    "08P01 invalid startup packet layout: expected terminator as last byte",
    "08P01 invalid string in message",
    "28000 no PostgreSQL user name specified in startup packet",
  ];
  expect(expected.filter((end) => !seen.has(end))).toEqual([]);
});

test("a flood that ends no message is refused before it fills the memory", () => {
  const startup = Buffer.from("\0\0\0\x13\0\x03\0\0user\0admin\0\0", "latin1");
  new DataView(startup.buffer, startup.byteOffset).setUint32(0, startup.length);
  const flood = function* (): Generator<Uint8Array> {
    yield startup;
    for (;;) yield new Uint8Array(4096).fill(0x70);
  };
  const { end, mostWaitingBytes } = read(flood());
  expect(end).toBe("08P01 invalid message length");
  expect(mostWaitingBytes).toEqual({ startup: 0, password: 0, open: 0 });
});

test("whatever a server sends, its trace is text", () => {
  forSeeds(1000, (random) => {
    const bytes = random.bytes(random.below(120));
    if (bytes.length > 6) bytes.set([random.pick([0x45, 0x54, 0x44, 0x76, 0x53, 0x52]), 0, 0, 0]);
    for (const line of traceBackend(bytes)) expect(line).toMatch(/^B /);
  });
});
