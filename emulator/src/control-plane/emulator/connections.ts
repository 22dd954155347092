/** `/_emulator/connections`: the decision records, and how the connections that are open are doing. */
import type { DecisionRecord, DecisionSummary, LiveState } from "../../audit/index.ts";
import { ApiError } from "../api-error.ts";
import type { ConnectionRecords } from "../ports.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** Session ids are 16 bytes in lower-case base32. */
const SESSION_ID = /^[a-z2-7]{26}$/;

interface WithLiveState {
  /** `null` unless the connection is open. */
  readonly live: LiveState | null;
}

/** An entry of the list: a record without its trace. */
export type ListedConnection = DecisionSummary & WithLiveState;

/** The body of `GET /_emulator/connections/{sessionId}`. */
export type ConnectionBody = DecisionRecord & WithLiveState;

/** The body of `GET /_emulator/connections`. */
export interface ConnectionListBody {
  /** Newest first. */
  readonly connections: readonly ListedConnection[];
  /** Give it as `before` to get the next, older ones; `null` at the end. */
  readonly nextBefore: string | null;
  /** Connections that are open. */
  readonly open: number;
  /** Records there are. */
  readonly recorded: number;
  /** Oldest records that had to make room. */
  readonly dropped: number;
}

/**
 * A part of the list, as `limit`, `before` and `open` of the query want it.
 *
 * @throws ApiError when one of them is not understood
 */
export function listConnections(records: ConnectionRecords, query: unknown): ConnectionListBody {
  const { limit, before, open } = (query ?? {}) as {
    readonly limit?: unknown;
    readonly before?: unknown;
    readonly open?: unknown;
  };
  const wanted = readLimit(limit);
  const cursor = before === undefined ? {} : { before: readSessionId(before) };
  const filter = open === undefined ? {} : { isOpen: readFlag(open) };
  const found = records.list({ limit: wanted + 1, ...cursor, ...filter });
  const connections = found.slice(0, wanted).map((summary) => withLiveState(records, summary));
  const { records: recorded, dropped, openConnections } = records.counts();
  const nextBefore = found.length > wanted ? (connections.at(-1)?.sessionId ?? null) : null;
  return { connections, nextBefore, open: openConnections, recorded, dropped };
}

/**
 * The record of one connection.
 *
 * @throws ApiError when the id has not the form, or no such record is there
 */
export function findConnection(records: ConnectionRecords, id: unknown): ConnectionBody {
  const sessionId = readSessionId(id);
  const record = records.find(sessionId);
  if (record !== undefined) return withLiveState(records, record);
  throw new ApiError(
    404,
    "not_found",
    `there is no record of session \`${sessionId}\`: it is of another emulator, or had to make room for newer ones`,
  );
}

/**
 * Ends an open connection; its client gets FATAL 57P01.
 *
 * @throws ApiError when the id has not the form, or no such connection is open
 */
export async function endConnection(records: ConnectionRecords, id: unknown): Promise<void> {
  const sessionId = readSessionId(id);
  if (await records.end(sessionId, "ended by DELETE of /_emulator/connections")) return;
  throw new ApiError(404, "not_found", `no connection of session \`${sessionId}\` is open`);
}

function withLiveState<Summary extends DecisionSummary>(
  records: ConnectionRecords,
  summary: Summary,
): Summary & WithLiveState {
  return { ...summary, live: records.live(summary.sessionId) ?? null };
}

function readFlag(text: unknown): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw new ApiError(400, "invalid_request", "open is neither true nor false");
}

function readLimit(text: unknown): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = typeof text === "string" && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new ApiError(400, "invalid_request", `limit is not a whole number from 1 to ${MAX_LIMIT}`);
}

function readSessionId(text: unknown): string {
  if (typeof text === "string" && SESSION_ID.test(text)) return text;
  throw new ApiError(
    400,
    "invalid_request",
    "a session id is the 26 lower-case letters and digits behind `Session Id:`",
  );
}
