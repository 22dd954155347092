import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { startPgliteProcess } from "../../src/engine/index.ts";
import { frame } from "../support/session-client.ts";
import { engineUnderTest, query } from "./engine-under-test.ts";

const scratch = mkdtempSync(join(tmpdir(), "dsql-emulator-test-"));
const program = fileURLToPath(new URL("insert-until-killed.ts", import.meta.url));

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** A process that inserts until it is killed. */
interface Writer {
  /** The line that it starts with. */
  readonly found: string;
  /** Waits for some more rows, kills the process, and gives the last number it has said. */
  kill(moreRows: number): Promise<number>;
}

async function startWriter(dataDirectory: string): Promise<Writer> {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", program, dataDirectory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
  const { stdout } = child;
  if (stdout === null) throw new Error("no output");
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error("the writer has ended");
    return line.value;
  };
  const found = await next();
  return {
    found,
    kill: async (moreRows) => {
      let last = 0;
      for (let row = 0; row < moreRows; row += 1) last = Number(await next());
      child.kill("SIGKILL");
      for (;;) {
        const line = await lines.next();
        if (line.done === true) break;
        last = Math.max(last, Number(line.value));
      }
      await exited;
      return last;
    },
  };
}

describe("a data directory", () => {
  test("keeps what was committed, for the next start", async () => {
    const dataDirectory = join(scratch, "kept", "data");
    const first = engineUnderTest({ dataDirectory });
    const session = await first.open();
    await query(session, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
    await query(session, "BEGIN; INSERT INTO kept VALUES (43)");
    await first.engine.stop();
    const second = engineUnderTest({ dataDirectory });
    expect((await query(await second.open(), "SELECT string_agg(n::text, ',') FROM kept"))[0]).toBe(
      "D 42",
    );
    await second.engine.stop();
  });

  test("loses no acknowledged row when the process is killed, and admits one process at a time", async () => {
    const dataDirectory = join(scratch, "killed");
    const other = engineUnderTest({ dataDirectory });
    let acknowledged = 0;
    for (const moreRows of [50, 400, 1_000]) {
      const writer = await startWriter(dataDirectory);
      const [, most, count] = /^found (\d+) of (\d+)$/.exec(writer.found) ?? [];
      expect(Number(most)).toBeGreaterThanOrEqual(acknowledged);
      expect(count).toBe(most);
      await expect(other.open()).rejects.toThrow(/is in use by process \d+: stop it first/);
      acknowledged = await writer.kill(moreRows);
    }
    const session = await other.open();
    const [row = ""] = await query(session, "SELECT max(n) - count(*) FROM acknowledged");
    expect(row).toBe("D 0");
    const [most = ""] = await query(session, "SELECT max(n) FROM acknowledged");
    expect(Number(most.slice(2))).toBeGreaterThanOrEqual(acknowledged);
    await other.engine.stop();
  });

  test("is refused when it has something else in it", async () => {
    writeFileSync(join(scratch, "something-else"), "");
    await expect(engineUnderTest({ dataDirectory: scratch }).open()).rejects.toThrow(
      `the database engine did not start in \`${scratch}\`: \`${scratch}\` is neither empty nor a database directory`,
    );
  });

  test("is free again after a start that failed", async () => {
    const dataDirectory = join(scratch, "retried");
    const broken = engineUnderTest({ dataDirectory, memoryLimitMiB: 64 });
    await expect(broken.open()).rejects.toThrow(
      `the database engine did not start in \`${dataDirectory}\`: WebAssembly.Memory(): `,
    );
    expect(broken.events.map(({ type }) => type)).toEqual(["engine-start-failed"]);
    const bench = engineUnderTest({ dataDirectory });
    expect((await query(await bench.open(), "SELECT 1"))[0]).toBe("D 1");
    await bench.engine.stop();
  });

  test("is refused when an earlier version has made it", async () => {
    const dataDirectory = join(scratch, "earlier");
    const process = await startPgliteProcess({ dataDirectory });
    const outcome = await process.run(
      {
        sessionNumber: 0,
        databaseRole: "rdsadmin",
        frames: frame("Q", "DROP SCHEMA sys CASCADE\0").bytes,
        endsWithReadyForQuery: true,
      },
      () => undefined,
    );
    expect(outcome).toEqual({ kind: "done", status: "I" });
    await process.terminate();
    await expect(startPgliteProcess({ dataDirectory })).rejects.toThrow(
      `the database engine did not start in \`${dataDirectory}\`: the database was made by an earlier version of the emulator and must be made anew`,
    );
  });
});
