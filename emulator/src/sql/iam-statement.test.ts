import { describe, expect, test } from "vitest";
import { inspectQuery } from "./inspect-query.ts";
import { replaceInPlace } from "./replace-in-place.ts";

/** The text that PostgreSQL gets, in UTF-8 on both sides. */
function translated(sql: string): string {
  const bytes = Buffer.from(sql).toString("latin1");
  const text = replaceInPlace(bytes, inspectQuery(bytes).replaced);
  return Buffer.from(text, "latin1").toString();
}

describe("AWS IAM GRANT and REVOKE become a CALL of the same length", () => {
  test.each([
    ["AWS IAM GRANT r TO 'a'", "CALL sys.map('r', 'a')"],
    ["AWS IAM GRANT r TO'a'", "CALL sys.map('r','a')"],
    ["AWS IAM REVOKE r FROM 'a'", "CALL sys.unmap('r',  'a')"],
    ['aws/**/iam\n--\ngrant"R"to $$a$$', "CALL sys.map('R',       $$a$$)"],
    ["AwS  IaM\tReVoKe App FROM E'a\\'b'", "CALL sys.unmap('app',   E'a\\'b')"],
    ["AWS IAM GRANT rôle TO 'é'", "CALL sys.map('rôle', 'é')"],
    ["AWS IAM GRANT aws TO 'a';", "CALL sys.map('aws', 'a');"],
    ["AWS IAM GRANT r TO 'a'\n'b'", "CALL sys.map('r', 'a'\n'b')"],
  ])("%j", (sql, expected) => {
    expect(translated(sql)).toBe(expected);
    expect(expected.length).toBe(sql.length);
  });

  test("or a longer one, when the name needs more quotes", () => {
    expect(translated(`AWS IAM GRANT "it''s" TO'a'`)).toBe("CALL sys.map('it''''s','a')");
    expect(translated(`AWS IAM GRANT U&"a!0041""'" UESCAPE '!' TO 'a'`)).toBe(
      `CALL sys.map(U&'a!0041"''' UESCAPE '!',   'a')`,
    );
  });

  test("only at the start of a statement", () => {
    for (const sql of [
      "SELECT aws, iam FROM grants",
      "CREATE TABLE aws (iam text)",
      `"AWS" IAM GRANT r TO 'a'`,
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$AWS IAM GRANT r TO 'a'$$",
      "EXPLAIN AWS IAM GRANT r TO 'a'",
    ]) {
      expect(translated(sql)).toBe(sql);
    }
    expect(translated("SELECT 1; AWS IAM GRANT r TO 'a' ; SELECT 2")).toBe(
      "SELECT 1; CALL sys.map('r', 'a') ; SELECT 2",
    );
  });
});

describe("what breaks their grammar is left for PostgreSQL to find where it is", () => {
  test.each([
    ["AWS", "DO "],
    ["AWS foo", "DO  foo"],
    ["AWS IAM", "DO     "],
    ["AWS IAM SELECT", "DO      SELECT"],
    ["AWS IAM GRANT", "DO           "],
    ["AWS IAM GRANT ;", "DO            ;"],
    ["AWS IAM GRANT 'r' TO 'a'", "END           'r' TO 'a'"],
    ["AWS IAM GRANT user TO 'a'", "DO            user TO 'a'"],
    ["AWS IAM GRANT \"\" TO 'a'", "DO            \"\" TO 'a'"],
    ["AWS IAM GRANT r FROM 'a'", "DO              FROM 'a'"],
    ["AWS IAM GRANT r language 'a'", "END             language 'a'"],
    ["AWS IAM GRANT a, b TO 'a'", "DO             , b TO 'a'"],
    ["AWS IAM GRANT r TO $1", "DO                 $1"],
    ["AWS IAM GRANT r TO b'1'", "END                b'1'"],
    ["AWS IAM GRANT r TO 'a' 'b'", "END                    'b'"],
    ["AWS IAM GRANT r TO 'a", "DO                 'a"],
    ["AWS IAM GRANT é TO /* x", "DO                 /* x"],
    ["SELECT 1; AWS IAM GRANT r TO 'a' \"", 'SELECT 1; DO                     "'],
    ["AWS IAM GRANT current_user TO 'a'", "CREATE ROLE   current_user"],
    ["AWS IAM REVOKE \"public\" FROM 'a'", 'CREATE ROLE    "public"'],
  ])("%j", (sql, expected) => {
    expect(translated(sql)).toBe(expected);
  });
});
