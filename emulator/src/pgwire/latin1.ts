/**
 * Text of unknown encoding as Latin-1: one character per byte, so that every byte string has a text,
 * different bytes have different texts, and the bytes come back unchanged.
 */

/** The bytes as text, one character (U+0000 to U+00FF) per byte. */
export function latin1Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/**
 * The bytes of a text made by `latin1Text`. To read such a text as UTF-8, decode these bytes.
 */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}
