/**
 * Images of a database: whatever clients do after one was taken, nothing of it is left once it was put
 * back. What they do is chosen at random; what is compared is every row of every table.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type EngineProcess,
  type PgliteEngineOptions,
  startPgliteProcess,
} from "../../src/engine/index.ts";
import { randomNumbers } from "../fixtures/random-numbers.ts";
import { type Client, type RoleBench, roleBench } from "./role-bench.ts";
import { column, sumsOf } from "./whole-database.ts";

const SEED = 20_261_124;
const ROUNDS = 30;
const STEPS_PER_ROUND = 25;
/** Every round compares two megabytes of rows. */
const TIMEOUT_MS = 180_000;

interface ImageBench extends RoleBench {
  process(): EngineProcess;
  readonly processes: readonly EngineProcess[];
}

function imageBench(options: Partial<PgliteEngineOptions> = {}): ImageBench {
  const processes: EngineProcess[] = [];
  const startProcess: PgliteEngineOptions["startProcess"] = async (archive) => {
    const process = await startPgliteProcess({ archive });
    processes.push(process);
    return process;
  };
  return {
    ...roleBench({}, { ...options, startProcess }),
    processes,
    process: () => {
      const last = processes.at(-1);
      if (last === undefined) throw new Error("no engine was started");
      return last;
    },
  };
}

/** What a client may do; the numbers make names that meet each other. */
const STEPS: readonly ((number: number) => string)[] = [
  (n) => `CREATE TABLE t${n} (id int PRIMARY KEY, v text)`,
  (n) => `DROP TABLE t${n}`,
  (n) => `ALTER TABLE t${n} ADD COLUMN c${n} int`,
  (n) => `INSERT INTO t${n} SELECT g, repeat('v', ${n * 40}) FROM generate_series(1, 300) g`,
  (n) => `UPDATE t${n} SET v = v || 'x' WHERE id % 3 = 0`,
  (n) => `DELETE FROM t${n} WHERE id % 2 = 0`,
  (n) => `INSERT INTO kept VALUES (${n + 1000}, 'new')`,
  (n) => `UPDATE kept SET v = 'changed ${n}' WHERE id % 5 = ${n % 5}`,
  (n) => `DELETE FROM kept WHERE id % 7 = ${n % 7}`,
  (n) => `CREATE INDEX ASYNC i${n} ON t${n} (v)`,
  (n) => `CREATE VIEW v${n} AS SELECT * FROM t${n}`,
  (n) => `CREATE SCHEMA s${n}`,
  (n) => `DROP SCHEMA s${n}`,
  (n) => `CREATE ROLE r${n} WITH LOGIN`,
  (n) => `AWS IAM GRANT r${n} TO 'arn:aws:iam::123456789012:role/R${n}'`,
  (n) => `AWS IAM REVOKE r${n} FROM 'arn:aws:iam::123456789012:role/R${n}'`,
  (n) => `GRANT SELECT ON kept TO r${n}`,
  (n) => `DROP ROLE r${n}`,
  (n) => `CREATE FUNCTION f${n}() RETURNS int LANGUAGE sql AS 'SELECT ${n}'`,
  (n) => `SELECT f${n}()`,
  (n) => `CREATE SEQUENCE q${n} CACHE 65536`,
  (n) => `SELECT nextval('q${n}')`,
  (n) => `SELECT 1 / (${n} - ${n})`,
  (n) => `SELECT no_column_${n}`,
  () => "SET application_name TO 'somebody'",
  () => "SELECT to_tsvector('english', 'the cats were running')",
  () => "CREATE EXTENSION hstore",
  () => "SELECT setseed(0.5), random()",
  (n) => `BEGIN; INSERT INTO kept VALUES (${n + 2000}, 'a'); COMMIT`,
  (n) => `BEGIN; INSERT INTO kept VALUES (${n + 3000}, 'b'); ROLLBACK`,
  (n) => `BEGIN; DELETE FROM kept; SELECT 1 / (${n} - ${n})`,
  () => "ROLLBACK",
  () => "ANALYZE",
];

async function step(client: Client, random: () => number): Promise<void> {
  if (random() < 0.1) {
    await client.send("P p SELECT count(*) FROM kept", "S");
    await client.send("B p", "E", "S");
    return;
  }
  const sql = STEPS[Math.floor(random() * STEPS.length)]?.(Math.floor(random() * 12));
  await client.ask(sql ?? "");
}

async function cancelledStatement(client: Client): Promise<readonly string[]> {
  const answer = client.ask("SELECT count(*) FROM generate_series(1, 1000000000) a");
  await Promise.resolve();
  client.session.cancel();
  return answer;
}

/** Each start of an engine takes a number of the sequence with which it finds its way in its memory. */
async function sumsWithoutProbe(process: EngineProcess): Promise<ReadonlyMap<string, string>> {
  const sums = await sumsOf(process);
  return new Map([...sums].filter(([name]) => name !== "sys.probe"));
}

const bench = imageBench();
let first: Client;

beforeAll(async () => {
  first = await bench.admin();
  await first.ask("CREATE TABLE kept (id int PRIMARY KEY, v text)");
  await first.ask("INSERT INTO kept SELECT g, 'row ' || g FROM generate_series(1, 500) g");
  await first.ask("CREATE SEQUENCE counted");
  await first.ask("CREATE ROLE app WITH LOGIN");
  await first.ask("AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/service/App'");
  await first.ask("SELECT nextval('counted')");
  await first.send("P before SELECT 'before'", "S");
});

afterAll(() => bench.engine.stop());

describe("an image that is put back", () => {
  test(
    "leaves nothing of what was done since, with two of them in turns",
    async () => {
      const random = randomNumbers(SEED);
      const images = [await bench.engine.saveImage()];
      const sums = [await sumsOf(bench.process())];
      expect(sums[0]?.size).toBeGreaterThan(60);
      const between = await bench.admin();
      for (let count = 0; count < 40; count += 1) await step(between, random);
      await between.ask("ROLLBACK");
      images.push(await bench.engine.saveImage());
      sums.push(await sumsOf(bench.process()));
      expect(sums[1]).not.toEqual(sums[0]);

      for (let round = 0; round < ROUNDS; round += 1) {
        const clients = [await bench.admin(), await bench.admin(), await bench.mapped("app")];
        for (let count = 0; count < STEPS_PER_ROUND; count += 1) {
          // A client that is in a transaction keeps the others waiting, so it goes on to its end.
          const client = clients[count % clients.length];
          if (client === undefined) continue;
          await step(client, random);
          if (random() < 0.9) await client.ask("COMMIT");
          else if (client.outcome()?.kind === "completed") await client.ask("ROLLBACK");
        }
        if (round % 10 === 3) {
          const [cancelled] = clients;
          expect((await cancelled!.ask("ROLLBACK")).length).toBeGreaterThan(0);
          expect(await cancelledStatement(cancelled!)).toContain(
            "E 57014 canceling statement due to user request",
          );
        }
        if (round % 10 === 6) {
          await clients[1]!.ask(`SELECT length(repeat('x', ${40 + round} * 1024 * 1024))`);
        }
        if (round % 10 === 9) await clients[0]!.ask("BEGIN; DROP TABLE kept");

        const which = Math.floor(random() * images.length);
        await bench.engine.restoreImage(images[which]!);
        expect(await sumsOf(bench.process()), `round ${round}`).toEqual(sums[which]);
      }
      expect(bench.processes).toHaveLength(1);
      for (const image of images) image.discard();
    },
    TIMEOUT_MS,
  );

  test("ends the sessions, and those that were open when it was taken leave nothing", async () => {
    const client = await bench.admin();
    await client.send("P mine SELECT 'mine'", "S");
    await client.ask("SELECT nextval('counted')");
    const image = await bench.engine.saveImage();
    expect(await client.send("B mine", "E", "S")).toContain("D mine");
    const prepared = "SELECT count(*) FROM pg_prepared_statement()";
    expect(await column(bench.process(), prepared)).not.toEqual(["0"]);

    await bench.engine.restoreImage(image);
    expect(await client.session.lost).toBe("the database was reset");
    expect(await column(bench.process(), prepared)).toEqual(["0"]);
    const later = await bench.admin();
    expect(await later.ask("SELECT nextval('counted')")).toEqual(["D 3", "C SELECT 1", "Z I"]);
    image.discard();
  });

  test("waits for the transaction of a session before it is taken, and then gives up", async () => {
    const impatient = imageBench({ transactionWaitMs: 20 });
    const client = await impatient.admin();
    await client.ask("BEGIN");
    await expect(impatient.engine.saveImage()).rejects.toThrow(
      /^a session's transaction was open for \d+ ms: end it first$/,
    );
    await client.ask("COMMIT");
    expect((await impatient.engine.saveImage()).archive.length).toBeGreaterThan(1_000_000);
    await impatient.engine.stop();
  });

  test("is the start of a new engine when the one that has it is gone", async () => {
    const fresh = imageBench();
    const { engine, processes } = fresh;
    const client = await fresh.admin();
    await client.ask("CREATE TABLE kept (id int PRIMARY KEY)");
    await client.ask("INSERT INTO kept VALUES (1)");
    const image = await engine.saveImage();
    const sums = await sumsWithoutProbe(fresh.process());
    await client.ask("INSERT INTO kept VALUES (2)");
    await fresh.process().terminate();

    await engine.restoreImage(image);
    expect(processes).toHaveLength(2);
    expect(await sumsWithoutProbe(fresh.process())).toEqual(sums);
    await (await fresh.admin()).ask("INSERT INTO kept VALUES (3)");
    await engine.restoreImage(image);
    expect(processes).toHaveLength(2);
    expect(await sumsWithoutProbe(fresh.process())).toEqual(sums);

    image.discard();
    await (await fresh.admin()).ask("INSERT INTO kept VALUES (3)");
    await engine.restoreImage(image);
    expect(processes).toHaveLength(3);
    expect(await (await fresh.admin()).ask("SELECT * FROM kept")).toEqual([
      "D 1",
      "C SELECT 1",
      "Z I",
    ]);
    await engine.stop();
  });
});
