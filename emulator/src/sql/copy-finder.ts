/** Finds COPY … FROM STDIN. */

import type { Token } from "./token.ts";

/** Takes the tokens of a text one after the other. */
export interface CopyFinder {
  /** Takes the next token, and whether it is the first one of a statement. */
  accept(token: Token, isFirst: boolean): void;
  /** Whether one of the statements so far is a COPY … FROM STDIN. */
  hasFound(): boolean;
}

/** Makes a finder for one text, before its first token. */
export function createCopyFinder(): CopyFinder {
  let found = false;
  let progress: "other" | "copy" | "from" = "other";
  let parentheses = 0;
  return {
    hasFound: () => found,
    accept: ({ symbol }, isFirst) => {
      if (isFirst) {
        progress = symbol === "copy" ? "copy" : "other";
        parentheses = 0;
      } else if (progress === "from") {
        // The direction comes from FROM: PostgreSQL takes STDOUT for STDIN there.
        found ||= symbol === "stdin" || symbol === "stdout";
        progress = "other";
      } else if (progress === "copy") {
        if (symbol === "(") parentheses++;
        else if (symbol === ")") parentheses--;
        else if (symbol === "from" && parentheses === 0) progress = "from";
      }
    },
  };
}
