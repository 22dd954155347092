import { describe, expect, test } from "vitest";
import { parsePolicyDocument } from "./parse-policy-document.ts";

const STATEMENT = { Effect: "Allow", Action: "dsql:DbConnect", Resource: "*" };

describe("a parsed document", () => {
  test.each<[object, object]>([
    [{}, { version: "2008-10-17" }],
    [{ Version: "2008-10-17" }, { version: "2008-10-17" }],
    [{ Version: "2012-10-17" }, { version: "2012-10-17" }],
    [
      { Version: "2012-10-17", Id: "a b" },
      { version: "2012-10-17", id: "a b" },
    ],
  ])("of %j is %j", (head, expected) => {
    const parsed = parsePolicyDocument({ ...head, Statement: STATEMENT });
    if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
    const { statements, ...rest } = parsed.document;
    expect([rest, statements.length]).toStrictEqual([expected, 1]);
  });

  test("shows its elements as they are written", () => {
    const parsed = parsePolicyDocument({
      Version: "2012-10-17",
      Statement: {
        Sid: "A",
        Effect: "Deny",
        NotAction: ["dsql:DbConnect", "S3:*"],
        NotResource: "arn:aws:s3:::${aws:username}/*",
        Condition: { StringLike: { "aws:UserAgent": ["a", "b", "c", "d", "e", "f", "g"] } },
      },
    });
    if (parsed.kind === "malformed") throw new Error(JSON.stringify(parsed.problems));
    const [statement] = parsed.document.statements;
    expect([
      statement?.sid,
      statement?.effect,
      statement?.action.written,
      statement?.resource?.written,
      statement?.conditions.map(({ written }) => written),
    ]).toStrictEqual([
      "A",
      "Deny",
      { isNegated: true, patterns: [{ text: "dsql:DbConnect" }, { text: "S3:*" }] },
      { isNegated: true, patterns: [{ text: "arn:aws:s3:::${aws:username}/*" }] },
      [
        {
          isNegated: false,
          patterns: [{ text: 'StringLike aws:UserAgent "a", "b", "c", "d", "e", 2 more' }],
        },
      ],
    ]);
  });

  test("is equal to one of the same text, and is plain data", () => {
    const document = {
      Version: "2012-10-17",
      Statement: [
        { ...STATEMENT, Condition: { NumericLessThan: { "aws:MultiFactorAuthAge": "3600" } } },
        { ...STATEMENT, Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/*" } } },
        { ...STATEMENT, Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } },
      ],
    };
    const parsed = parsePolicyDocument(document);
    expect(parsed.kind).toBe("parsed");
    expect(parsed).toEqual(parsePolicyDocument(structuredClone(document)));
    expect(structuredClone(parsed)).toEqual(parsed);
  });
});
