/** `/_emulator/connections`: the decision records. */
import type { DecisionRecord, DecisionSummary } from "../../audit/index.ts";
import { ApiError } from "../api-error.ts";
import type { ConnectionRecords } from "../ports.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** Session ids are 16 bytes in lower-case base32. */
const SESSION_ID = /^[a-z2-7]{26}$/;

/** The body of `GET /_emulator/connections`. */
export interface ConnectionListBody {
  /** Newest first, without their traces. */
  readonly connections: readonly DecisionSummary[];
  /** Give it as `before` to get the next, older ones; `null` at the end. */
  readonly nextBefore: string | null;
  /** Records there are. */
  readonly recorded: number;
  /** Oldest records that had to make room. */
  readonly dropped: number;
}

/**
 * A part of the list, as `limit` and `before` of the query want it.
 *
 * @throws ApiError when one of them is not understood
 */
export function listConnections(records: ConnectionRecords, query: unknown): ConnectionListBody {
  const { limit, before } = (query ?? {}) as {
    readonly limit?: unknown;
    readonly before?: unknown;
  };
  const wanted = readLimit(limit);
  const cursor = before === undefined ? {} : { before: readSessionId(before) };
  const found = records.list({ limit: wanted + 1, ...cursor });
  const connections = found.slice(0, wanted);
  const { records: recorded, dropped } = records.counts();
  const nextBefore = found.length > wanted ? (connections.at(-1)?.sessionId ?? null) : null;
  return { connections, nextBefore, recorded, dropped };
}

/**
 * The record of one connection.
 *
 * @throws ApiError when the id has not the form, or no such record is there
 */
export function findConnection(records: ConnectionRecords, id: unknown): DecisionRecord {
  const sessionId = readSessionId(id);
  const record = records.find(sessionId);
  if (record !== undefined) return record;
  throw new ApiError(
    404,
    "not_found",
    `there is no record of session \`${sessionId}\`: it is of another emulator, or had to make room for newer ones`,
  );
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
