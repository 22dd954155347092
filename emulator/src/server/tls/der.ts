/**
 * Writes the few ASN.1 types that a certificate consists of, in DER.
 *
 * @see https://www.itu.int/rec/T-REC-X.690
 */

/** One encoded value: tag, length, content. */
export type Der = Uint8Array;

/** UNIVERSAL tags, with the bit of constructed types where it belongs to them. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** SEQUENCE or SEQUENCE OF. */
export function sequence(...items: readonly Der[]): Der {
  return encode(TAG.sequence, Buffer.concat(items));
}

/** SET of one element, which needs no sorting. */
export function setOfOne(item: Der): Der {
  return encode(TAG.set, item);
}

/** BOOLEAN TRUE; FALSE is a default everywhere in certificates, and DER leaves defaults out. */
export function booleanTrue(): Der {
  return encode(TAG.boolean, Uint8Array.of(0xff));
}

/** INTEGER, not negative. @param magnitude big-endian, not empty */
export function unsignedInteger(magnitude: Uint8Array): Der {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start += 1;
  const bytes = magnitude.subarray(start);
  const needsZero = ((bytes[0] ?? 0) & 0x80) !== 0;
  return encode(TAG.integer, needsZero ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes);
}

/** BIT STRING of whole bytes, or with unused bits at the end of the last one. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Der {
  return encode(TAG.bitString, Buffer.concat([Uint8Array.of(unusedBits), bytes]));
}

/** OCTET STRING. */
export function octetString(bytes: Uint8Array): Der {
  return encode(TAG.octetString, bytes);
}

/** OBJECT IDENTIFIER. @param dotted for example `2.5.29.17` */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return encode(
    TAG.objectIdentifier,
    Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)),
  );
}

/** UTF8String. */
export function utf8String(text: string): Der {
  return encode(TAG.utf8String, Buffer.from(text, "utf8"));
}

/**
 * A point in time, in whole seconds: UTCTime until 2049, then GeneralizedTime.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5
 */
export function time(date: Date): Der {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050
    ? encode(TAG.utcTime, Buffer.from(digits.slice(2), "latin1"))
    : encode(TAG.generalizedTime, Buffer.from(digits, "latin1"));
}

/** `[number]` around a value (EXPLICIT). */
export function explicit(number: number, content: Der): Der {
  return encode(0xa0 | number, content);
}

/** `[number]` instead of the tag of a primitive type (IMPLICIT). */
export function implicitPrimitive(number: number, content: Uint8Array): Der {
  return encode(0x80 | number, content);
}

function encode(tag: number, content: Uint8Array): Der {
  return Buffer.concat([Uint8Array.of(tag), lengthOf(content), content]);
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}

/** Seven bits a byte, the highest bit set in all but the last. */
function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}
