const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * Lower-case RFC 4648 base32 without padding; 16 bytes give the 26 characters that DSQL shows as
 * session and job ids.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-6
 */
export function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let buffer = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(buffer >> bits) & 31] ?? "";
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) text += ALPHABET[(buffer << (5 - bits)) & 31] ?? "";
  return text;
}
