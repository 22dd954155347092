/**
 * Finds the semicolons between statements where PostgreSQL's grammar does: outside of parentheses
 * (a list of CREATE RULE actions is inside) and outside of `BEGIN ATOMIC … END`.
 */

import type { Token } from "./token.ts";

/** Follows the tokens of a text. */
export interface StatementBoundary {
  /** Takes the next token; true when it is a semicolon that ends a statement. */
  isEnd(token: Token): boolean;
}

/**
 * How far a statement agrees with CREATE [OR REPLACE] {FUNCTION | PROCEDURE}; only such a statement
 * can have a BEGIN ATOMIC.
 */
type Beginning = "nothing" | "create" | "or" | "replace" | "routine" | "other";

/** Makes a follower for one text, before its first token. */
export function createStatementBoundary(): StatementBoundary {
  let parentheses = 0;
  let openBodies = 0;
  let beginning: Beginning = "nothing";
  let previous = "";

  function enterStatement(): void {
    beginning = "nothing";
    previous = "";
  }

  /**
   * Each statement of a body ends with a semicolon and none begins with END, so the END that closes
   * a body stands where a statement would begin; every other END belongs to a CASE or is a label.
   */
  function follow(symbol: string): void {
    if (beginning === "routine" && symbol === "atomic" && previous === "begin") {
      openBodies++;
      enterStatement();
    } else if (symbol === ";") {
      enterStatement();
    } else {
      if (beginning === "nothing" && symbol === "end" && openBodies > 0) openBodies--;
      beginning = beginningAfter(beginning, symbol);
      previous = symbol;
    }
  }

  return {
    isEnd: ({ symbol }) => {
      if (symbol === "(") parentheses++;
      else if (symbol === ")") parentheses--;
      if (parentheses > 0) return false;
      const isEnd = symbol === ";" && openBodies === 0;
      follow(symbol);
      return isEnd;
    },
  };
}

function beginningAfter(beginning: Beginning, symbol: string): Beginning {
  switch (beginning) {
    case "nothing":
      return symbol === "create" ? "create" : "other";
    case "or":
      return symbol === "replace" ? "replace" : "other";
    case "create":
      if (symbol === "or") return "or";
      return isRoutine(symbol) ? "routine" : "other";
    case "replace":
      return isRoutine(symbol) ? "routine" : "other";
    default:
      return beginning;
  }
}

function isRoutine(symbol: string): boolean {
  return symbol === "function" || symbol === "procedure";
}
