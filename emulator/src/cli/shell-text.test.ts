import { spawnSync } from "node:child_process";
import { parseEnv } from "node:util";
import { describe, expect, test } from "vitest";
import { type Shell, shellText, UnwritableValue } from "./shell-text.ts";

const AWKWARD = `two  spaces 'single' "double" $HOME \`id\` \\ back\\\\slash !x * ; # ~ %P%\nnext line é`;

const has = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;
const windows = process.platform === "win32";

/** What a shell prints for the variable after it has taken the changes. */
function seenBy(program: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  const done = spawnSync(program, args, {
    encoding: "utf8",
    // Without a UTF-8 locale fish takes each byte for a character.
    env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8", ...env },
  });
  expect(done.stderr).toBe("");
  return done.stdout;
}

const CHANGES = { VALUE: AWKWARD, GONE: null };

describe("shellText", () => {
  test.skipIf(windows)(
    "sh takes an awkward value exactly and removes what shall be removed",
    () => {
      const script = `set -eu\neval "$TEXT"\nprintf '%s|%s' "$VALUE" "\${GONE-removed}"`;
      const env = { TEXT: shellText("sh", CHANGES), GONE: "there" };
      expect(seenBy("sh", ["-c", script], env)).toBe(`${AWKWARD}|removed`);
    },
  );

  test.skipIf(!has("fish"))("fish (needs the program fish) takes an awkward value exactly", () => {
    const script = `echo $TEXT | source; printf '%s|%s' $VALUE (set -q GONE; or echo removed)`;
    const env = { TEXT: shellText("fish", CHANGES), GONE: "there", HOME: process.env["HOME"] };
    expect(seenBy("fish", ["--no-config", "-c", script], env)).toBe(`${AWKWARD}|removed`);
  });

  test("fish and PowerShell have their own escapes", () => {
    expect(shellText("fish", { A: "it's \\ $x", B: null })).toBe(
      "set -gx A 'it\\'s \\\\ $x'\nset -e B\n",
    );
    expect(shellText("powershell", { A: "it's ’ $x", B: null })).toBe(
      "$env:A = 'it''s ’’ $x'\nRemove-Item Env:B -ErrorAction SilentlyContinue\n",
    );
  });

  test.each(["plain-/value:1", "", "two words", "it's", "a $b \\n 'c'", "# no comment", `say "x"`])(
    "dotenv gives %j back",
    (value) => {
      expect(parseEnv(shellText("dotenv", { A: value, B: "next" }))).toEqual({
        A: value,
        B: "next",
      });
    },
  );

  test("dotenv says what must not be set, and refuses what no quote can hold", () => {
    expect(shellText("dotenv", { GONE: null })).toBe("# GONE must not be set\n");
    expect(() => shellText("dotenv", { A: "'\"`" })).toThrow(UnwritableValue);
  });

  test("json is one object with null for what must not be set", () => {
    const shell: Shell = "json";
    expect(JSON.parse(shellText(shell, CHANGES))).toEqual(CHANGES);
  });
});
