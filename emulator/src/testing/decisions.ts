/** The decisions of an emulator, and which of them an error tells of. */
import type { DecisionRecord, DecisionSummary, LiveState } from "../audit/index.ts";
import { askApi, EmulatorApiError } from "./emulator-http.ts";

/** A decision with its trace; `live` is `null` unless the connection is open. */
export type Decision = DecisionRecord & { readonly live: LiveState | null };

/** Looks up decisions. */
export interface Decisions {
  /** The newest one; `undefined` before the first. */
  last(): Promise<Decision | undefined>;
  /** That of a session id; `undefined` when it is not this emulator's. */
  of(sessionId: string): Promise<Decision | undefined>;
  /** That of the refusal that a driver's error tells of, which may be wrapped in others. */
  ofError(error: unknown): Promise<Decision | undefined>;
  /** Without their traces, newest first; at most 1000. */
  list(): Promise<readonly DecisionSummary[]>;
}

const SESSION_ID = /\bSession Id: ([a-z2-7]{26})\b/i;
const MAX_LISTED = 1000;
const MAX_DEPTH = 10;

/**
 * The session id that a refused client was told: in the `detail` or the message of the driver's error, or of
 * what caused it.
 */
export function sessionIdOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > MAX_DEPTH) return undefined;
  const { detail, message, cause, errors } = error as Readonly<Record<string, unknown>>;
  for (const text of [detail, message]) {
    const found = typeof text === "string" ? SESSION_ID.exec(text)?.[1] : undefined;
    if (found !== undefined) return found;
  }
  const inner: unknown[] = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  for (const one of inner) {
    const found = sessionIdOf(one, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The decisions of the emulator at this URL. */
export function decisionsOf(baseUrl: string): Decisions {
  const list = async (limit: number): Promise<readonly DecisionSummary[]> => {
    const body = await askApi(baseUrl, `connections?limit=${limit}`);
    return (body as { readonly connections: readonly DecisionSummary[] }).connections;
  };
  const of = async (sessionId: string): Promise<Decision | undefined> => {
    try {
      return (await askApi(baseUrl, `connections/${encodeURIComponent(sessionId)}`)) as Decision;
    } catch (error) {
      if (error instanceof EmulatorApiError && error.status === 404) return undefined;
      throw error;
    }
  };
  return {
    of,
    last: async () => {
      const [newest] = await list(1);
      return newest === undefined ? undefined : of(newest.sessionId);
    },
    ofError: async (error) => {
      const sessionId = sessionIdOf(error);
      return sessionId === undefined ? undefined : of(sessionId);
    },
    list: () => list(MAX_LISTED),
  };
}
