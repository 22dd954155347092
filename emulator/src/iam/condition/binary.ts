/** Bytes in base64, as `BinaryEquals` compares them. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The one base64 text of the same bytes: bits that no byte uses are cleared. `undefined` if the text
 * is no base64.
 */
export function canonicalBase64(text: string): string | undefined {
  if (!BASE64.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (padding === 0) return text;
  const last = text.length - padding - 1;
  const usedBits = padding === 2 ? 0b110000 : 0b111100;
  const symbol = ALPHABET[ALPHABET.indexOf(text[last] ?? "A") & usedBits] ?? "A";
  return `${text.slice(0, last)}${symbol}${"=".repeat(padding)}`;
}
