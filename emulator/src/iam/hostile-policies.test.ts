import { describe, expect, test } from "vitest";
import { parseDecimal } from "./condition/decimal.ts";
import { evaluateAccess } from "./evaluate-access.ts";
import { compileGlob, matchesGlob } from "./glob.ts";
import { parsePolicyDocument } from "./parse-policy-document.ts";
import type { AttachedPolicy } from "./policy-document.ts";
import { policySize } from "./policy-size.ts";
import { parseTemplate } from "./policy-variables.ts";
import type { ContextKeys, RequestContext } from "./request-context.ts";

const DEPTH = 200_000;
const LENGTH = 200_000;

/** A text that counts how often one of its characters is looked at. */
function countedText(text: string): { value: string; looks: () => number } {
  let looks = 0;
  const counted = {
    length: text.length,
    charCodeAt: (index: number) => {
      looks += 1;
      return text.charCodeAt(index);
    },
    startsWith: (prefix: string) => {
      looks += prefix.length;
      return text.startsWith(prefix);
    },
  };
  return { value: counted as unknown as string, looks: () => looks };
}

/** Context keys that count how often one of them is asked for. */
class CountedKeys extends Map<string, readonly string[]> {
  asked = 0;

  override get(key: string): readonly string[] | undefined {
    this.asked += 1;
    return super.get(key);
  }
}

function request(keys: ContextKeys): RequestContext {
  const principal = { kind: "user", arn: "arn", accountId: "123456789012" } as const;
  return { principal, action: "dsql:DbConnect", resource: "arn:aws:dsql:::cluster/a", keys };
}

function attach(...statements: object[]): AttachedPolicy {
  const parsed = parsePolicyDocument({ Version: "2012-10-17", Statement: statements });
  if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
  return { document: parsed.document, source: { kind: "inline", name: "p", attachedTo: "arn" } };
}

function nested(depth: number): unknown {
  let value: unknown = "x";
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

describe("a hostile pattern", () => {
  test.each<[string, (size: number) => string, (size: number) => string]>([
    ["a*a*a*…b", (size) => `${"a*".repeat(size)}b`, (size) => "a".repeat(size)],
    ["*a*a*a…b", (size) => `${"*a".repeat(size)}b`, (size) => "a".repeat(size)],
    ["*a*b*a*b…", (size) => "*a*b".repeat(size), (size) => "ab".repeat(size - 1)],
    ["*?*?*?…b", (size) => `${"*?".repeat(size)}b`, (size) => "a".repeat(size)],
    ["*aaa…b", (size) => `*${"a".repeat(size)}b`, (size) => "a".repeat(2 * size)],
    ["?????…b", (size) => `${"?".repeat(size)}b`, (size) => "a".repeat(size)],
    ["******…b", (size) => `${"*".repeat(size)}b`, (size) => "a".repeat(size)],
  ])("%s looks at no more characters than the product of the lengths", (_name, pattern, value) => {
    for (const size of [50, 500]) {
      const glob = compileGlob(pattern(size), { ignoresCase: false, hasVariables: false });
      const { value: text, looks } = countedText(value(size));
      expect(glob && matchesGlob(glob, text, new Map())).toBe(false);
      expect(looks()).toBeLessThan((pattern(size).length + 1) * (value(size).length + 1));
    }
  });
});

describe("a hostile document", () => {
  test.each<[string, unknown]>([
    ["a deep document", nested(DEPTH)],
    ["a deep statement", { Statement: nested(DEPTH + 1) }],
    ["a deep principal", { Statement: [{ Principal: nested(DEPTH) }] }],
    ["a deep condition", { Statement: [{ Condition: nested(DEPTH) }] }],
    ["a deep action", { Statement: [{ Action: nested(DEPTH) }] }],
    ["a deep Sid", { Statement: [{ Sid: nested(DEPTH) }] }],
  ])("%s is refused like any other", (_name, document) => {
    for (const use of ["identity", "resource", "trust"] as const) {
      expect(parsePolicyDocument(document, { use }).kind).toBe("malformed");
    }
    const { kind, ...rest } = parsePolicyDocument(document, { maxCharacters: 100 });
    expect({ kind, ...rest }).toEqual({
      kind: "malformed",
      problems: [{ path: "", message: "must not have more than 100 characters" }],
    });
  });

  test("its size is counted no further than its limit", () => {
    let reads = 0;
    const list = new Proxy(new Array<string>(1000).fill("x"), {
      get: (target, name, receiver) => {
        reads += 1;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    expect(policySize([list, "x".repeat(50)], 10)).toBe(55);
    expect(reads).toBe(0);
  });

  // A quadratic parser would need minutes for these, and the tests would run out of time.
  const one = { isNegative: false, integer: "1", fraction: "1" };
  test.each<[string, (text: string) => unknown, unknown]>([
    ["white space in a variable", (space) => parseTemplate(`\${a${space}'}`), undefined],
    ["variables without end", (s) => parseTemplate(s.replaceAll(" ", "${a:b")), undefined],
    ["variables in variables", (s) => parseTemplate(`${s.replaceAll(" ", "${a")}}`), undefined],
    ["a default without end", (space) => parseTemplate(`\${a:b, '${space}}`), undefined],
    ["noughts of a fraction", (s) => parseDecimal(`1.${s.replaceAll(" ", "0")}1x`), undefined],
    ["noughts at the end", (s) => parseDecimal(`1.1${s.replaceAll(" ", "0")}`), one],
  ])("%s take linear time", (_name, parse, expected) => {
    expect(parse(" ".repeat(LENGTH))).toEqual(expected);
  });

  test.each<[string, (text: string) => object]>([
    ["an action", (text) => ({ Action: `dsql:${text}!` })],
    ["a service", (text) => ({ Action: `${text}!:X` })],
    ["a resource", (text) => ({ Resource: `arn:aws:dsql:${text}` })],
    ["a resource of colons", (text) => ({ Resource: text.replaceAll("a", ":") })],
    ["a variable too early", (text) => ({ Resource: `arn:${text}$` })],
    ["a Sid", (text) => ({ Sid: `${text}!` })],
    ["a key", (text) => ({ Condition: { StringEquals: { [text]: "x" } } })],
    ["an operator", (text) => ({ Condition: { [`${text}IfExists!`]: { "a:b": "x" } } })],
    ["a principal", (text) => ({ Principal: { AWS: `arn:aws:iam::123456789012:user/${text}*` } })],
    [
      "a session",
      (text) => ({ Principal: { AWS: `arn:aws:sts::123456789012:assumed-role/${text}` } }),
    ],
    ["a service principal", (text) => ({ Principal: { Service: `${text}.${text}!` } })],
  ])("%s of great length takes linear time", (_name, element) => {
    const statement = {
      Effect: "Allow",
      Action: "a:b",
      Resource: "*",
      ...element("a".repeat(LENGTH)),
    };
    const use = "Principal" in statement ? "resource" : "identity";
    const document = { Version: "2012-10-17", Statement: statement };
    expect(parsePolicyDocument(document, { use }).kind).toBe("malformed");
  });
});

describe("an evaluation", () => {
  const condition = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`aws:Key${index}`, "x"]));

  test.each([1, 10, 1000, 10_000])("asks once for each of %d keys", (count) => {
    const policy = attach({
      Effect: "Allow",
      Action: "*",
      Resource: "*",
      Condition: { StringNotEquals: condition(count) },
    });
    const keys = new CountedKeys();
    expect(evaluateAccess({ request: request(keys), identity: [policy] }).kind).toBe("Allow");
    expect(keys.asked).toBe(count);
  });

  test.each([1, 10, 1000, 10_000])("asks once for each of %d variables of a text", (count) => {
    const policy = attach({
      Effect: "Allow",
      Action: "*",
      Resource: `arn:aws:dsql:::cluster/${"${aws:username}".repeat(count)}`,
    });
    const keys = new CountedKeys([["aws:username", ["a"]]]);
    evaluateAccess({ request: request(keys), identity: [policy] });
    expect(keys.asked).toBe(count);
  });

  test("looks at no condition of a statement that is about something else", () => {
    const statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
    const policy = attach({ ...statement, Condition: { StringEquals: condition(1000) } });
    const keys = new CountedKeys();
    evaluateAccess({ request: request(keys), identity: [policy] });
    expect(keys.asked).toBe(0);
  });

  test("looks at each statement once, however many there are", () => {
    const statements = Array.from({ length: 5000 }, () => ({
      Effect: "Allow",
      Action: "dsql:*",
      Resource: "*",
      Condition: { StringEquals: { "aws:username": "nobody" } },
    }));
    const keys = new CountedKeys([["aws:username", ["alice"]]]);
    const decision = evaluateAccess({ request: request(keys), identity: [attach(...statements)] });
    expect(decision.kind).toBe("ImplicitDeny");
    // Once for the condition, once to show what was seen.
    expect(keys.asked).toBe(10_000);
  });
});
