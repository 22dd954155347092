/** `/_emulator/events`: calls and connections as events in CloudTrail's form. */
import type { CloudTrailEvent } from "../../audit/index.ts";
import { ApiError } from "../api-error.ts";
import type { EventRecords } from "../ports.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** The body of `GET /_emulator/events`. */
export interface EventListBody {
  /** Newest first. */
  readonly events: readonly CloudTrailEvent[];
  /** Give it as `before` to get the next, older ones; `null` at the end. */
  readonly nextBefore: string | null;
  /** Events there are. */
  readonly recorded: number;
  /** Oldest events that had to make room. */
  readonly dropped: number;
}

/**
 * A part of the list, as `limit`, `before`, `eventName` and `readOnly` of the query want it.
 *
 * @throws ApiError when one of them is not understood
 */
export function listEvents(records: EventRecords, query: unknown): EventListBody {
  const given = (query ?? {}) as Readonly<Record<string, unknown>>;
  const wanted = readLimit(given["limit"]);
  const before = readText("before", given["before"]);
  const eventName = readText("eventName", given["eventName"]);
  const readOnly = readFlag(given["readOnly"]);
  const found = records.list({
    limit: wanted + 1,
    ...(before === undefined ? {} : { before }),
    ...(eventName === undefined ? {} : { eventName }),
    ...(readOnly === undefined ? {} : { readOnly }),
  });
  const events = found.slice(0, wanted);
  const { events: recorded, dropped } = records.counts();
  const nextBefore = found.length > wanted ? (events.at(-1)?.eventID ?? null) : null;
  return { events, nextBefore, recorded, dropped };
}

function readLimit(text: unknown): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = typeof text === "string" && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalid(`limit is not a whole number from 1 to ${MAX_LIMIT}`);
}

function readText(name: string, text: unknown): string | undefined {
  if (text === undefined || (typeof text === "string" && text !== "")) return text;
  throw invalid(`${name} is no text, or is given twice`);
}

function readFlag(text: unknown): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw invalid("readOnly is neither true nor false");
}

function invalid(message: string): ApiError {
  return new ApiError(400, "invalid_request", message);
}
