/** Conversations of a client as bytes: valid ones, and what can become of them. */
import type { Random } from "./random.ts";

function bytesOf(latin1: string): Uint8Array {
  return Uint8Array.from(Buffer.from(latin1, "latin1"));
}

function packet(body: string): Uint8Array {
  const bytes = bytesOf(`\0\0\0\0${body}`);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  return bytes;
}

function message(letter: string, body: string): Uint8Array {
  const bytes = bytesOf(`${letter}\0\0\0\0${body}`);
  new DataView(bytes.buffer).setUint32(1, bytes.length - 1);
  return bytes;
}

const SSL_REQUEST = packet("\x04\xd2\x16\x2f");
const GSSENC_REQUEST = packet("\x04\xd2\x16\x30");
const CANCEL_REQUEST = packet("\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x02");
const STARTUP_MESSAGES = [
  packet("\0\x03\0\0user\0admin\0database\0postgres\0application_name\0fuzz\0\0"),
  packet("\0\x03\0\x02user\0admin\0_pq_.x\0y\0options\0-c search_path=a\0\0"),
];
const PASSWORD_MESSAGES = [message("p", "fake-token\0"), message("p", `${"x".repeat(900)}\0`)];
const MESSAGES = [
  message("Q", "select 'gr\xc3\xbc\xc3\x9f'\0"),
  message("P", "s1\0select $1, $2\0\0\x02\0\0\0\x17\0\0\0\x19"),
  message("B", "\0s1\0\0\x02\0\0\0\x01\0\x02\0\0\0\x02ab\xff\xff\xff\xff\0\x01\0\0"),
  message("D", "Ss1\0"),
  message("D", "P\0"),
  message("E", "\0\0\0\0\x0a"),
  message("C", "Ss1\0"),
  message("S", ""),
  message("H", ""),
  message("F", "\0\0\x05\x25\0\x01\0\x01\0\x01\0\0\0\x04abcd\0\0"),
  message("d", "1\ttwo\n\0"),
  message("c", ""),
  message("f", "no\0"),
  message("X", ""),
];

/** A conversation that the protocol allows: start, password, then messages in any order. */
export function validConversation(random: Random): Uint8Array {
  const pieces: Uint8Array[] = [];
  if (random.below(10) === 0) return CANCEL_REQUEST;
  if (random.below(2) === 0) pieces.push(GSSENC_REQUEST);
  if (random.below(2) === 0) pieces.push(SSL_REQUEST);
  pieces.push(random.pick(STARTUP_MESSAGES), random.pick(PASSWORD_MESSAGES));
  for (let count = random.below(20); count > 0; count--) pieces.push(random.pick(MESSAGES));
  return Uint8Array.from(Buffer.concat(pieces));
}

const EDGE_BYTES = [0, 1, 3, 4, 5, 0x7f, 0x80, 0xfe, 0xff];

/** The bytes with one to four small changes: bytes set, cut out, put in, repeated, or cut off. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let result = bytes;
  for (let count = 1 + random.below(4); count > 0; count--) {
    const start = random.below(result.length + 1);
    const end = Math.min(result.length, start + random.below(16));
    const before = result.subarray(0, start);
    const after = result.subarray(end);
    const middle = random.pick([
      () => Uint8Array.from({ length: end - start }, () => random.pick(EDGE_BYTES)),
      () => result.subarray(start, end).map((byte) => byte ^ (1 << random.below(8))),
      () => Uint8Array.of(),
      () => Buffer.concat([result.subarray(start, end), result.subarray(start, end)]),
      () => Buffer.concat([random.bytes(random.below(12)), result.subarray(start, end)]),
    ])();
    result = Uint8Array.from(Buffer.concat([before, middle, after]));
    if (random.below(8) === 0) result = result.subarray(0, start);
  }
  return result;
}

/** Bytes without sense, now and then with a header that makes a decoder wait for a body. */
export function noise(random: Random): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let count = 1 + random.below(6); count > 0; count--) {
    pieces.push(
      random.pick([
        () => random.bytes(random.below(200)),
        () =>
          Uint8Array.of(
            random.pick([0x51, 0x42, 0x64, 0x53]),
            0,
            0,
            random.below(4),
            random.below(256),
          ),
        () => Uint8Array.of(0, 0, random.below(48), random.below(256), 0, 3, 0, 0),
        () => new Uint8Array(random.below(3000)).fill(random.pick(EDGE_BYTES)),
      ])(),
    );
  }
  return Uint8Array.from(Buffer.concat(pieces));
}
