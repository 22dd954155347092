/** Makes an attempt to connect, or waits for one, and finds the emulator's decision on it. */
import type { Decision } from "./decisions.ts";
import { sessionIdOf } from "./decisions.ts";
import { runningTestEmulators, type TestEmulator } from "./test-emulator.ts";

/** A promise of a connection, or a function that connects; what a function returns is closed again. */
export type Attempt = PromiseLike<unknown> | (() => unknown);

/** What became of an attempt. */
export type Observed =
  | { readonly kind: "connected"; readonly decision: Decision | undefined }
  | { readonly kind: "failed"; readonly error: unknown; readonly decision: Decision | undefined };

/** Where the decision is looked for, and whether a connection that comes of a promise is closed, too. */
export interface ObserveOptions {
  /** By default all that this process has. */
  readonly emulator: TestEmulator | undefined;
  readonly closesPromised: boolean;
}

/** Waits for the attempt. Never rejects for what the attempt does. */
export async function observeAttempt(
  attempt: Attempt,
  { emulator, closesPromised }: ObserveOptions,
): Promise<Observed> {
  const emulators = emulator === undefined ? runningTestEmulators() : [emulator];
  // A promise is awaited at once, so that its rejection is never an unhandled one.
  const marks = typeof attempt === "function" ? await newestIds(emulators) : undefined;
  let connected: unknown;
  try {
    connected = await (typeof attempt === "function" ? attempt() : attempt);
  } catch (error) {
    return { kind: "failed", error, decision: await decisionOfError(error, emulators) };
  }
  try {
    const decision =
      (await decisionOfProcess(processIdOf(connected), emulators)) ??
      (marks === undefined ? undefined : await onlyNewDecision(emulators, marks));
    return { kind: "connected", decision };
  } finally {
    if (typeof attempt === "function" || closesPromised) await close(connected);
  }
}

async function decisionOfError(
  error: unknown,
  emulators: readonly TestEmulator[],
): Promise<Decision | undefined> {
  const sessionId = sessionIdOf(error);
  if (sessionId === undefined) return undefined;
  for (const { decisions } of emulators) {
    const found = await decisions.of(sessionId);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The backend's process id that a driver shows: a client of node-postgres, or a result of postgres.js. */
function processIdOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { processID, state } = value as { readonly processID?: unknown; readonly state?: unknown };
  const pid =
    processID ??
    (typeof state === "object" && state !== null && "pid" in state ? state.pid : undefined);
  return typeof pid === "number" ? pid : undefined;
}

/** Process ids are of one emulator: of several that match, none is known to be it. */
async function decisionOfProcess(
  processId: number | undefined,
  emulators: readonly TestEmulator[],
): Promise<Decision | undefined> {
  if (processId === undefined) return undefined;
  const found = await Promise.all(
    emulators.map(async ({ decisions }) => {
      const match = (await decisions.list()).find(
        ({ connection }) => connection.processId === processId,
      );
      return match === undefined ? undefined : decisions.of(match.sessionId);
    }),
  );
  const [only, ...others] = found.filter((one) => one !== undefined);
  return others.length === 0 ? only : undefined;
}

async function newestIds(
  emulators: readonly TestEmulator[],
): Promise<readonly (string | undefined)[]> {
  return Promise.all(emulators.map(async ({ decisions }) => (await decisions.last())?.sessionId));
}

async function onlyNewDecision(
  emulators: readonly TestEmulator[],
  marks: readonly (string | undefined)[],
): Promise<Decision | undefined> {
  const found = await Promise.all(
    emulators.map(async ({ decisions }, index) => {
      const all = await decisions.list();
      const end = all.findIndex(({ sessionId }) => sessionId === marks[index]);
      return (end < 0 ? all : all.slice(0, end)).map(({ sessionId }) => decisions.of(sessionId));
    }),
  );
  const [only, ...others] = found.flat();
  return others.length === 0 ? only : undefined;
}

/** Drivers end with `end()`, pooled clients are given back with `release()`. */
async function close(connected: unknown): Promise<void> {
  if (typeof connected !== "object" || connected === null) return;
  const { release, end } = connected as { release?: unknown; end?: unknown };
  const closing = typeof release === "function" ? release : end;
  if (typeof closing === "function") await closing.call(connected);
}
