/** Largest number of characters of one text in a trace; our choice, a line that a person reads. */
const MAX_TEXT_CHARACTERS = 200;

/**
 * Bytes of a message as text for a trace line: read as UTF-8, quoted and escaped as in JSON, and cut
 * with the number of all bytes after it when it is long.
 */
export function quoteForTrace(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  if (text.length <= MAX_TEXT_CHARACTERS) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, MAX_TEXT_CHARACTERS))}… (${bytes.length} bytes)`;
}
