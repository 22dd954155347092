/** All tokens of a text at once. */

import { nextToken, startOfText } from "./lexer.ts";
import type { Token, TokenList } from "./token.ts";

/** The tokens of a text, up to the first thing without an end. Never throws. */
export function tokenize(sql: string): TokenList {
  const tokens: Token[] = [];
  const cursor = startOfText(sql);
  for (let token = nextToken(cursor); token !== undefined; token = nextToken(cursor)) {
    tokens.push(token);
  }
  return { tokens, isTerminated: !cursor.isStuck };
}
