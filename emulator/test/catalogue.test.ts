import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { connectionPipelines, CONNECTION_STEPS } from "../src/auth/authorize-connection.ts";
import { REFUSALS, type RefusalCode } from "../src/auth/index.ts";
import type { RefusalEntry } from "../src/auth/refusal-catalogue.ts";
import { CONNECTION_CASES } from "./fixtures/auth/connection-cases.ts";
import { connect } from "./fixtures/auth/connection-world.ts";

/** Codes that no connection of the fixtures can bring about, each with the reason. */
const UNREACHABLE: Readonly<Partial<Record<RefusalCode, string>>> = {};

const CONFIDENCE_LABELS = ["documented", "observed", "inferred", "chosen"];

const entries: readonly (readonly [string, RefusalEntry])[] = Object.entries(REFUSALS);
const errorsPage = read("../../docs/errors.md");
const fidelityPage = read("../../docs/fidelity.md");

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

/** The sections of docs/errors.md, in the form of catalogue entries. */
function documentedEntries(page: string): Record<string, RefusalEntry | undefined> {
  const sections = page.split(/^## /m).slice(1);
  return Object.fromEntries(
    sections.map((section) => [section.slice(0, section.indexOf("\n")), parseSection(section)]),
  );
}

const SECTION = new RegExp(
  [
    "^\\w+\n",
    "- SQLSTATE: `(?<sqlState>\\w{5})` \\((?<sqlStateConfidence>\\w+)\\)",
    "- message: `(?<message>[^`]+)` \\((?<textConfidence>\\w+)\\)",
    "- hint: (?:none|`(?<hint>[^`]+)`)",
    "- source: (?<source>.+)",
    "- cause: (?<meaning>.+)",
    "- fix: (?<fix>.+)\n*(?:\n\n[^]*)?$",
  ].join("\n"),
);

function parseSection(section: string): RefusalEntry | undefined {
  const groups = SECTION.exec(section)?.groups;
  if (groups === undefined) return undefined;
  const { hint, ...fields } = Object.fromEntries(
    Object.entries(groups).map(([name, text]) => [
      name,
      (text as string | undefined)?.replaceAll("\\<", "<"),
    ]),
  );
  return (hint === undefined ? fields : { ...fields, hint }) as unknown as RefusalEntry;
}

/** The names in the row of docs/fidelity.md that gives the order of checks. */
function documentedOrder(page: string): string[] {
  const row = page.split("\n").find((line) => /^\|\s*order of checks/.test(line)) ?? "";
  const cells = row.split("|").map((cell) => cell.replace(/^\s*order of checks:?/, ""));
  const list = cells.find((cell) => cell.includes("parse-token")) ?? "";
  return list.match(/[a-z]+(?:-[a-z]+)*/g) ?? [];
}

describe("the catalogue of refusals", () => {
  test("is what docs/errors.md says, entry by entry and in the same order", () => {
    const documented = documentedEntries(errorsPage);
    expect(documented).toStrictEqual(Object.fromEntries(entries));
    expect(Object.keys(documented)).toStrictEqual(entries.map(([code]) => code));
  });

  test.each(entries)(
    "says of %s what it means, how to fix it and how sure it is",
    (_code, entry) => {
      expect(entry.sqlState).toMatch(/^[0-9A-Z]{5}$/);
      expect(CONFIDENCE_LABELS).toContain(entry.sqlStateConfidence);
      expect(CONFIDENCE_LABELS).toContain(entry.textConfidence);
      for (const text of [entry.source, entry.meaning, entry.fix]) {
        expect(text).toMatch(/^\S(?:.*[^\s.])?$/);
      }
    },
  );

  test.each(entries)("claims of %s that it is known only with a source outside", (_code, entry) => {
    const isKnown = [entry.sqlStateConfidence, entry.textConfidence].some(
      (label) => label === "documented" || label === "observed",
    );
    if (isKnown) expect(entry.source).toMatch(/^https:\/\/|^transcripts of refused connections/);
  });

  test("has no code that no connection brings about", async () => {
    const produced = new Set<string>();
    for (const script of CONNECTION_CASES) {
      const { verdict } = await connect(script);
      if (verdict.kind === "refused") produced.add(verdict.refusal.code);
    }
    const expected = entries
      .map(([code]) => code)
      .filter((code) => !Object.hasOwn(UNREACHABLE, code));
    expect([...produced].sort()).toStrictEqual(expected.sort());
  });

  test("leaves no placeholder in what a client sees", async () => {
    const texts: string[] = [];
    for (const script of CONNECTION_CASES) {
      const { verdict } = await connect(script);
      if (verdict.kind === "refused") {
        texts.push(verdict.refusal.message, verdict.refusal.hint ?? "", verdict.refusal.reason);
      }
    }
    expect(texts.filter((text) => /\{\w+\}/.test(text))).toEqual([]);
  });
});

describe("the connection pipeline", () => {
  test("has the order of checks that docs/fidelity.md says", () => {
    const unused = new Proxy({}, { get: () => undefined });
    const { admission, authorization } = connectionPipelines(
      unused as Parameters<typeof connectionPipelines>[0],
      { now: () => new Date(0) },
    );
    const order = [...admission.names, ...authorization.names];
    expect(documentedOrder(fidelityPage)).toStrictEqual(order);
    expect(CONNECTION_STEPS).toStrictEqual(order);
  });
});

describe("the readers of this test", () => {
  test("see a section that lacks a field, and a wrong order", () => {
    expect(documentedEntries("# x\n\n## a_code\n\n- SQLSTATE: `08006` (chosen)\n")).toStrictEqual({
      a_code: undefined,
    });
    expect(
      documentedOrder("| order of checks: a, parse-token, b-c | yes | chosen |"),
    ).toStrictEqual(["a", "parse-token", "b-c"]);
    expect(documentedOrder("no table")).toStrictEqual([]);
  });
});
