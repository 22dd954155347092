import { describe, expect, test } from "vitest";
import { purposeOf } from "./transaction-end.ts";

describe("the purpose of a text", () => {
  test.each([
    ["COMMIT", "commit"],
    ["commit;", "commit"],
    ["  /* and /* more */ */ END TRANSACTION", "commit"],
    ["-- done\nCommit Work", "commit"],
    ["INSERT INTO t VALUES (1); COMMIT; SELECT 1", "commit"],
    ["ROLLBACK", "rollback"],
    ["abort;", "rollback"],
    ["ROLLBACK; COMMIT", "rollback"],
    ["SELECT 1; ROLLBACK", "other"],
    ["SELECT 'COMMIT'", "other"],
    ["SELECT 1 AS commit", "other"],
    ["SELECT $$; COMMIT; $$", "other"],
    ['"commit"', "other"],
    ["committed", "other"],
    ["SELECT 'COMMIT", "other"],
    ["SELECT CASE WHEN true THEN 1 END", "other"],
    ["", "other"],
  ])("%j is %s", (sql, purpose) => {
    expect(purposeOf(sql)).toBe(purpose);
  });
});
