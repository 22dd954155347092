import { describe, expect, test } from "vitest";
import { splitStatements } from "./split-statements.ts";

const textsOf = (sql: string): string[] => splitStatements(sql).statements.map(({ text }) => text);

const BODY = "begin atomic select 1; select case when a then case b when 1 then 2 end end; end";

describe("statements", () => {
  test.each<[string, string, string[]]>([
    ["are cut at semicolons", "select 1;select 2", ["select 1", "select 2"]],
    ["come without blanks and comments around", " /*;*/ a -- ;\n ; b ", ["a", "b"]],
    ["are left out when they are empty", ";; a ; /* */ ;", ["a"]],
    [
      "keep semicolons of strings and identifiers",
      "';' $$;$$ \";\" E'\\';'",
      ["';' $$;$$ \";\" E'\\';'"],
    ],
    [
      "keep the list of a rule",
      "create rule r as on insert to t do (a; b); c",
      ["create rule r as on insert to t do (a; b)", "c"],
    ],
    [
      "keep a function body",
      `create function f() ${BODY}; c`,
      [`create function f() ${BODY}`, "c"],
    ],
    [
      "keep a procedure body",
      `CREATE OR REPLACE PROCEDURE p() ${BODY}; c`,
      [`CREATE OR REPLACE PROCEDURE p() ${BODY}`, "c"],
    ],
    [
      "keep an empty body",
      "create function f() begin atomic end; c",
      ["create function f() begin atomic end", "c"],
    ],
    [
      "keep a body in a body",
      `create function f() begin atomic create function g() ${BODY}; select 2; end; c`,
      [`create function f() begin atomic create function g() ${BODY}; select 2; end`, "c"],
    ],
    [
      "do not end a body at a label",
      'create function f() begin atomic select 1 as end; a "end"; end; c',
      ['create function f() begin atomic select 1 as end; a "end"; end', "c"],
    ],
    [
      "begin no body outside of routines",
      "select begin atomic; end; c",
      ["select begin atomic", "end", "c"],
    ],
    [
      "begin no body in a view",
      "create view begin atomic; end",
      ["create view begin atomic", "end"],
    ],
    [
      "begin no body in parentheses",
      "create function f(begin atomic) as 'x'; c",
      ["create function f(begin atomic) as 'x'", "c"],
    ],
    ["keep transactions apart", "begin; end; begin work", ["begin", "end", "begin work"]],
  ])("%s", (_rule, sql, expected) => {
    expect(textsOf(sql)).toEqual(expected);
    expect(splitStatements(sql).isTerminated).toBe(true);
  });

  test("know where they stand in the text, and their tokens", () => {
    expect(splitStatements(" a ; B$ ")).toEqual({
      statements: [
        { text: "a", start: 1, end: 2, tokens: [{ kind: "word", start: 1, end: 2, symbol: "a" }] },
        {
          text: "B$",
          start: 5,
          end: 7,
          tokens: [{ kind: "word", start: 5, end: 7, symbol: "b$" }],
        },
      ],
      isTerminated: true,
    });
  });

  test("are one when something has no end", () => {
    expect(splitStatements("a; b 'c; d")).toEqual({
      statements: [
        {
          text: "a; b 'c; d",
          start: 0,
          end: 10,
          tokens: [
            { kind: "word", start: 0, end: 1, symbol: "a" },
            { kind: "punctuation", start: 1, end: 2, symbol: ";" },
            { kind: "word", start: 3, end: 4, symbol: "b" },
          ],
        },
      ],
      isTerminated: false,
    });
  });
});
