/** Everything that a database holds, as text, so that two moments can be compared. */

import type { EngineProcess } from "../../src/engine/index.ts";
import { frame, readAnswer } from "../support/session-client.ts";

/** A sum of the rows of each table and sequence, catalogues included, with where and by whom they were written. */
export async function sumsOf(process: EngineProcess): Promise<ReadonlyMap<string, string>> {
  const named = (kinds: string): Promise<readonly string[]> =>
    column(
      process,
      `SELECT oid::regclass::text FROM pg_class WHERE relkind IN (${kinds}) ORDER BY 1`,
    );
  const sumOf = (name: string, row: string): string =>
    `SELECT '${name.replaceAll("'", "''")}=' || coalesce(md5(string_agg(${row}, '|' ORDER BY t.ctid)), 'empty') FROM ${name} t`;
  const sums = [
    ...(await named("'r', 'm'")).map((name) =>
      sumOf(name, "t.ctid::text || t.xmin::text || t::text"),
    ),
    ...(await named("'S'")).map((name) =>
      sumOf(name, "concat_ws(' ', last_value, log_cnt, is_called)"),
    ),
  ];
  const rows = await column(process, sums.join(" UNION ALL "));
  return new Map(
    rows.map((row) => [row.slice(0, row.lastIndexOf("=")), row.slice(row.lastIndexOf("=") + 1)]),
  );
}

/** The one column that a query of the superuser gives. */
export async function column(process: EngineProcess, sql: string): Promise<readonly string[]> {
  const pieces: Uint8Array[] = [];
  const outcome = await process.run(
    {
      sessionNumber: 0,
      databaseRole: "rdsadmin",
      frames: Uint8Array.from(frame("Q", `${sql}\0`).bytes),
      endsWithReadyForQuery: true,
    },
    (chunk) => {
      pieces.push(chunk.slice());
      return undefined;
    },
  );
  const answer = readAnswer(Buffer.concat(pieces));
  const error = answer.find((message) => message.startsWith("E "));
  if (outcome.kind !== "done" || error !== undefined) {
    throw new Error(`${sql.slice(0, 200)}: ${error ?? JSON.stringify(outcome)}`);
  }
  return answer.filter((message) => message.startsWith("D")).map((message) => message.slice(2));
}
