import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAuthToken, SIGNING_CURES } from "../src/sigv4/index.ts";
import { signingMistakes } from "../src/sigv4/signing-mistakes.ts";
import { signToken, TEST_ACCESS_KEY, TEST_HOST } from "./fixtures/sigv4/sign-token.ts";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

/** The rows of the table in the section on wrong signatures. */
function documentedMistakes(): string[][] {
  const [, section = ""] = /\n## signature_mismatch\n([^]*?)\n## /.exec(page) ?? [];
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** All kinds that are tried with tokens that between them can have every mistake. */
function triedKinds(): string[] {
  const surroundings = {
    hosts: ["other.example"],
    regions: [],
    accessKeys: [{ accessKeyId: "AKIAFAKEFAKEOTHERKEY", secretAccessKey: "fake-secret-of-other" }],
  };
  const tokens = [
    signToken({ sessionToken: "fake session/token" }),
    signToken({ host: TEST_HOST.toUpperCase() }),
  ];
  const kinds = tokens.flatMap((text) => {
    const parsed = parseAuthToken(text);
    if (parsed.kind === "malformed") throw new Error(parsed.problem);
    return signingMistakes(parsed.token, TEST_ACCESS_KEY.secretAccessKey, surroundings).map(
      ({ kind }) => kind,
    );
  });
  return [...new Set(kinds)].sort();
}

describe("the mistakes behind a wrong signature that are tried", () => {
  test("are those of docs/errors.md, with what to do about each", () => {
    expect(documentedMistakes().map(([kind, , cure]) => [kind, cure])).toEqual(
      Object.entries(SIGNING_CURES).map(([kind, cure]) => [`\`${kind}\``, cure]),
    );
  });

  test("are each tried, and no other", () => {
    expect(triedKinds()).toEqual(Object.keys(SIGNING_CURES).sort());
  });

  test("have in docs/errors.md the values that are tried", () => {
    const parsed = parseAuthToken(signToken());
    if (parsed.kind === "malformed") throw new Error(parsed.problem);
    const described = signingMistakes(parsed.token, TEST_ACCESS_KEY.secretAccessKey)
      .map(({ description }) => description)
      .join("\n");
    const values = [
      ...described.matchAll(
        /(?:with port|signed for|for service) (?:service )?`?([a-z\d-]+)`?( seconds)?/g,
      ),
    ].map(([, value = ""]) => value);
    const tried = new Set(values.filter((value) => !/^20260|^region$|^Db/.test(value)));
    expect(tried.size).toBe(2 + 3 + 4);
    const [, section = ""] = /\n## signature_mismatch\n([^]*?)\n## /.exec(page) ?? [];
    expect([...tried].filter((value) => !section.includes(value))).toEqual([]);
  });
});
