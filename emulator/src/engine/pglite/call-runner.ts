/**
 * Runs calls in the worker thread, one after the other: keeps the engine for the session whose
 * transaction is open, switches roles, and finds out how each call ended.
 */

import type { Backend } from "./backend.ts";
import { findServerError, readyForQueryStatus, type ServerError } from "./backend-reply.ts";
import type { CallOutcome, ImageTask } from "./engine-process.ts";
import type { ImageTasks } from "./image-tasks.ts";
import type { OutputPump } from "./output-pump.ts";
import type { SessionMemory } from "./session-memory.ts";
import type { TellSessionFacts } from "./session-facts.ts";
import type { SuperuserGuard } from "./superuser-guard.ts";
import { type CallMessage, CONTROL, monotonicMs, SUPERUSER_ROLE } from "./worker-protocol.ts";

/** Session number of the emulator itself. */
const EMULATOR_SESSION = 0;
/** PostgreSQL's `object_not_in_prerequisite_state`. */
const OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
/** The worker waits so long at a time for the main thread to let go of a call; it needs microseconds. */
const RELEASE_SLICE_MS = 1;

/** What the runner works with. */
export interface CallRunnerParts {
  readonly backend: Backend;
  readonly guard: SuperuserGuard;
  readonly tellSessionFacts: TellSessionFacts;
  readonly sessionMemory: SessionMemory;
  readonly imageTasks: ImageTasks;
  readonly pump: OutputPump;
  readonly control: Int32Array<SharedArrayBuffer>;
  /** The engine's memory. */
  readonly memory: SharedArrayBuffer;
}

/** Runs a call to its end. */
export type RunCall = (call: CallMessage) => CallOutcome;

/** A runner for an engine that has just started. */
export function createCallRunner(parts: CallRunnerParts): RunCall {
  const { control } = parts;
  const roleSwitch = createRoleSwitch(parts);
  let holder: number | undefined;
  let lostReason: string | undefined;

  function runUnguarded(call: CallMessage): CallOutcome {
    if (call.image !== undefined) return runImageTask(call, call.image);
    for (const closed of call.closedSessions ?? []) parts.sessionMemory.forget(closed);
    parts.sessionMemory.enter(call.sessionNumber);
    parts.tellSessionFacts(call.sessionFacts ?? "");
    if (holder === undefined || holder === EMULATOR_SESSION) {
      const refusal = roleSwitch.enter(call);
      if (refusal !== undefined) return beforeFailed(call, refusal);
    }
    if (call.before !== undefined) {
      const answer = parts.backend.query(call.before);
      if (readyForQueryStatus(answer) === undefined) return lost("no answer to the settings");
      const error = findServerError(answer);
      if (error !== undefined) return beforeFailed(call, error);
    }
    return runFrames(call);
  }

  function runImageTask(call: CallMessage, task: ImageTask): CallOutcome {
    const refusal = roleSwitch.enter({ ...call, databaseRole: SUPERUSER_ROLE });
    if (refusal !== undefined && task.kind !== "restore") return beforeFailed(call, refusal);
    const problem = parts.imageTasks.run(task);
    if (problem !== undefined) {
      return {
        kind: "before-failed",
        sqlState: OBJECT_NOT_IN_PREREQUISITE_STATE,
        message: problem,
      };
    }
    if (task.kind === "restore") {
      holder = undefined;
      roleSwitch.forget();
      // Not what is remembered, since it was told to the memory before.
      parts.tellSessionFacts("", { again: true });
    }
    return { kind: "done", status: "I", imageBytes: parts.imageTasks.lastImageBytes() };
  }

  function beforeFailed(call: CallMessage, error: ServerError): CallOutcome {
    if (call.before !== undefined) holder = EMULATOR_SESSION;
    return { kind: "before-failed", ...error };
  }

  function runFrames(call: CallMessage): CallOutcome {
    interruptible(parts, call.callNumber, () => {
      parts.backend.execute(call.frames, (view) => {
        parts.pump.write(view);
      });
    });
    const status = call.endsWithReadyForQuery ? readyForQueryStatus(parts.pump.tail) : "-";
    if (status === undefined) return lost("the answer did not end with ReadyForQuery");
    holder = status === "I" ? undefined : call.sessionNumber;
    if (holder === undefined) roleSwitch.leave();
    return { kind: "done", status };
  }

  function lost(reason: string): CallOutcome {
    lostReason = reason;
    return { kind: "lost", reason };
  }

  return (call) => {
    parts.pump.begin(call.callNumber);
    if (lostReason !== undefined) return { kind: "lost", reason: lostReason };
    const isFree = holder === undefined || holder === call.sessionNumber;
    if (!isFree && call.image?.kind !== "restore") return { kind: "deferred" };
    Atomics.store(control, CONTROL.blockedTotalMs, 0);
    Atomics.store(control, CONTROL.startedAtMs, monotonicMs());
    Atomics.store(control, CONTROL.currentCall, call.callNumber);
    try {
      return runUnguarded(call);
    } finally {
      Atomics.store(control, CONTROL.currentCall, 0);
    }
  };
}

interface RoleSwitch {
  enter(call: CallMessage): ServerError | undefined;
  leave(): void;
  /** The engine's role is not known any more. */
  forget(): void;
}

/** Keeps the role of the last call, so that a change of session within one role costs nothing. */
function createRoleSwitch({ backend, guard }: CallRunnerParts): RoleSwitch {
  const { module } = backend;
  let currentRole: string | undefined;
  let currentUserId = 0;
  return {
    enter({ databaseRole, databaseRoleId, sessionNumber }) {
      const mayBeSuperuser = sessionNumber === EMULATOR_SESSION;
      if (databaseRole.startsWith("pg_") || (databaseRole === SUPERUSER_ROLE && !mayBeSuperuser)) {
        return { sqlState: "42501", message: `no session may run as role "${databaseRole}"` };
      }
      if (currentRole !== databaseRole) {
        currentRole = undefined;
        const error = guard.become(databaseRole);
        if (error !== undefined) return error;
        currentRole = databaseRole;
        currentUserId = module._GetSessionUserId() >>> 0;
      }
      if (databaseRoleId === undefined || databaseRoleId === currentUserId) return undefined;
      return { sqlState: "42704", message: `role "${databaseRole}" is another one now` };
    },
    /** A SET ROLE must not outlive the call: the next session may have the same role. */
    leave() {
      const isUnchanged =
        module._GetUserId() >>> 0 === currentUserId &&
        module._GetSessionUserId() >>> 0 === currentUserId;
      if (!isUnchanged) currentRole = undefined;
    },
    forget() {
      currentRole = undefined;
    },
  };
}

/**
 * Lets the main thread interrupt the call while `run` runs, and never after it.
 *
 * INVARIANT: the main thread raises the flags only while it has replaced the call number by its
 * negative, so the flags of one call cannot interrupt the next.
 */
function interruptible(parts: CallRunnerParts, callNumber: number, run: () => void): void {
  const { control, backend } = parts;
  const words = new Int32Array(parts.memory);
  Atomics.store(control, CONTROL.interruptibleCall, callNumber);
  try {
    run();
  } finally {
    for (;;) {
      const seen = Atomics.compareExchange(control, CONTROL.interruptibleCall, callNumber, 0);
      if (seen === callNumber) break;
      Atomics.wait(control, CONTROL.interruptibleCall, seen, RELEASE_SLICE_MS);
    }
    Atomics.store(words, backend.module._QueryCancelPending / words.BYTES_PER_ELEMENT, 0);
  }
}
