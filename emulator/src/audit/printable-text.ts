/**
 * A text from elsewhere, safe to print on one line of a terminal: control characters and those that
 * change the direction of writing appear as escapes, so that a client's name can neither forge a
 * line nor move the cursor.
 */
export function printableText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu,
    (character) =>
      character === "\n"
        ? "\\n"
        : character === "\r"
          ? "\\r"
          : character === "\t"
            ? "\\t"
            : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
