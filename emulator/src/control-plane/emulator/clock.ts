/** `/_emulator/clock`: what the emulator's clock shows, and its hands. */
import {
  assertNever,
  type ClockChange,
  type ClockControl,
  type ClockState,
  parseDuration,
  parseMoment,
} from "../../shared/index.ts";
import { ApiError } from "../api-error.ts";

/** The body of every answer. */
export interface ClockBody {
  /** ISO 8601. */
  readonly now: string;
  /** Whether it stands still. */
  readonly frozen: boolean;
  /** Emulator time less system time, in milliseconds. */
  readonly offsetMs: number;
}

const CHANGES = ["advance", "set", "offset", "freeze", "resume"] as const;

type ChangeName = (typeof CHANGES)[number];

/** What the clock shows. */
export function clockBody({ now, isFrozen, offsetMs }: ClockState): ClockBody {
  return { now: now.toISOString(), frozen: isFrozen, offsetMs };
}

/**
 * Changes the clock as the body of the request says, and answers when everything that has become due
 * by it has happened.
 *
 * @throws ApiError when the body is not understood, or the clock cannot be changed so
 */
export async function changeClock(clock: ClockControl, body: unknown): Promise<ClockBody> {
  const { change, force } = readRequest(body);
  const result = await clock.change(change, { force });
  if (result.kind === "changed") return clockBody(result.state);
  switch (result.cause) {
    case "sessions-open":
      throw new ApiError(409, "conflict", `${result.reason} with \`"force": true\``);
    case "out-of-range":
      throw new ApiError(400, "invalid_request", result.reason);
    default:
      return assertNever(result.cause, "cause");
  }
}

function readRequest(body: unknown): { readonly change: ClockChange; readonly force: boolean } {
  const { force = false, ...rest } = readObject(body);
  const names = Object.keys(rest);
  const [name] = CHANGES.filter((candidate) => candidate === names[0]);
  if (name === undefined || names.length !== 1) {
    throw invalid(`give one of ${CHANGES.join(", ")}, and \`force\` if need be`);
  }
  if (typeof force !== "boolean") throw invalid("`force` is neither true nor false");
  return { change: readChange(name, rest[name]), force };
}

function readObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    return body as Readonly<Record<string, unknown>>;
  }
  throw invalid("the body is no JSON object");
}

function readChange(name: ChangeName, value: unknown): ClockChange {
  switch (name) {
    case "advance":
      return { kind: name, byMs: readDuration(name, value) };
    case "offset":
      return { kind: name, offsetMs: readDuration(name, value) };
    case "set": {
      const to = typeof value === "string" ? parseMoment(value) : undefined;
      if (to !== undefined) return { kind: name, to };
      throw invalid("`set` is no moment of ISO 8601 with its time zone, like 2026-01-02T03:04:05Z");
    }
    case "freeze":
    case "resume":
      if (value === true) return { kind: name };
      throw invalid(`\`${name}\` takes only true`);
    default:
      return assertNever(name, "change of the clock");
  }
}

function readDuration(name: string, value: unknown): number {
  const ms = typeof value === "string" ? parseDuration(value) : undefined;
  if (ms !== undefined) return ms;
  throw invalid(
    `\`${name}\` is no duration of ISO 8601 in weeks, days, hours, minutes and seconds, like PT61M`,
  );
}

function invalid(message: string): ApiError {
  return new ApiError(400, "invalid_request", message);
}
