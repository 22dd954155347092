/**
 * `DEALLOCATE name` as SQL text. Clients send it for statements that they have prepared by protocol
 * messages (psycopg 3 does when it evicts one), so it has to name the statement as the engine does.
 *
 * @see https://www.postgresql.org/docs/16/sql-deallocate.html
 */

const DEALLOCATE =
  /^\s*deallocate\s+(?:prepare\s+)?(?:"((?:[^"\0]|"")+)"|([a-z_\x80-\xff][\w$\x80-\xff]*))\s*;?\s*$/i;

/**
 * The statement that this SQL text deallocates, if it does that and nothing else.
 *
 * @param sql - in Latin-1, one character per byte
 */
export function deallocateTarget(sql: string): string | undefined {
  const match = DEALLOCATE.exec(sql);
  if (match === null) return undefined;
  const [, quoted, plain] = match;
  if (quoted !== undefined) return quoted.replaceAll('""', '"');
  const folded = plain?.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return folded === "all" ? undefined : folded;
}

/** SQL that deallocates the statement of this name in the engine. */
export function deallocateSql(engineName: string): string {
  return `DEALLOCATE ${engineName}`;
}
