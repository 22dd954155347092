/**
 * In which order the calls of many sessions go to the one engine.
 *
 * First come, first served. While no transaction is open, many calls may be under way, since the
 * engine runs them in order. A call that ends with its transaction open makes its session the holder:
 * only the holder's calls are sent until its transaction ends; what was under way behind it comes
 * back deferred and takes its old place in the queue.
 */

import type { CallOutcome, EngineProcess } from "./engine-process.ts";
import { createHeldBackWatch } from "./multiplexer-held-back.ts";
import type { MultiplexerTimers } from "./multiplexer-timers.ts";
import { createTransactionWait, type TransactionWait } from "./multiplexer-wait.ts";
import type { EngineState, PreparedCall, Work, WorkResult } from "./multiplexer-work.ts";

/** A cancel request can reach the engine before the call does, so it is repeated after these times. */
const CANCEL_AGAIN_MS: readonly number[] = [20, 100, 500];

/** Options of `createScheduler`. */
export interface SchedulerOptions {
  readonly process: EngineProcess;
  readonly timers: MultiplexerTimers;
  /** How long work may wait for the transactions of other sessions, in milliseconds. */
  readonly transactionWaitMs: number;
  /** How long a call may hold back the engine while others wait, in milliseconds. */
  readonly heldBackLimitMs: number;
  /** How many calls may be under way. */
  readonly windowSize: number;
  readonly initialState: EngineState;
  /** Called once, when the process turns out to be gone or broken. */
  readonly onLost: (reason: string) => void;
}

/** Work that was submitted. */
export interface SubmittedWork {
  /** Takes it from the queue, or interrupts it; never touches the work of another session. */
  cancel(): void;
}

/** Sends work to one engine process. */
export interface Scheduler {
  submit(work: Work): SubmittedWork;
  /** Runs this before everything that waits, when nothing else is under way. */
  submitNext(work: Work): void;
  /** Session whose transaction is open, if any. */
  holder(): number | undefined;
  /** Corrects what the engine has; only while exclusive work is being settled. */
  replaceState(state: EngineState): void;
  /** What the engine has once everything that was sent has run. */
  state(): EngineState;
  /** Ends all work, now and later, as lost. */
  fail(reason: string): void;
}

interface Entry {
  readonly ticket: number;
  readonly work: Work;
  readonly wait: TransactionWait;
  phase: "waiting" | "under-way" | "settled";
  cancelWanted: boolean;
  /** Whether the engine is going to defer it. */
  doomed: boolean;
  prepared: PreparedCall | undefined;
}

/** Makes the scheduler of one engine process. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { process, timers, transactionWaitMs, windowSize } = options;
  const queue: Entry[] = [];
  const urgent: Entry[] = [];
  const underWay: Entry[] = [];
  let state = options.initialState;
  let holder: number | undefined;
  let lastTicket = 0;
  let lostReason: string | undefined;
  const watchHeldBack = createHeldBackWatch({
    process,
    timers,
    limitMs: options.heldBackLimitMs,
    contended: () => {
      const othersWait = underWay.length > 1 || queue.length > 0 || urgent.length > 0;
      return othersWait ? underWay[0]?.work : undefined;
    },
  });

  function makeEntry(work: Work): Entry {
    lastTicket += 1;
    const entry: Entry = {
      ticket: lastTicket,
      work,
      wait: createTransactionWait(timers, transactionWaitMs, (waitedMs) => {
        remove(queue, entry);
        settle(entry, { kind: "wait-timeout", waitedMs });
      }),
      phase: "waiting",
      cancelWanted: false,
      doomed: false,
      prepared: undefined,
    };
    return entry;
  }

  function settle(entry: Entry, result: WorkResult): void {
    if (entry.phase === "settled") return;
    entry.phase = "settled";
    entry.wait.pause();
    entry.work.settle(result);
  }

  function enqueue(entry: Entry): void {
    entry.phase = "waiting";
    let place = queue.length;
    while (place > 0 && (queue[place - 1]?.ticket ?? 0) > entry.ticket) place -= 1;
    queue.splice(place, 0, entry);
    if (holder !== undefined && holder !== entry.work.sessionNumber) entry.wait.resume();
  }

  function setHolder(next: number | undefined): void {
    holder = next;
    for (const entry of queue) {
      if (next === undefined || next === entry.work.sessionNumber) entry.wait.pause();
      else entry.wait.resume();
    }
  }

  /** The next entry that may be sent now, taken out of its queue. */
  function takeNext(): Entry | undefined {
    if (holder !== undefined) {
      const index = queue.findIndex((entry) => entry.work.sessionNumber === holder);
      return index < 0 ? undefined : queue.splice(index, 1)[0];
    }
    if (underWay.some((entry) => entry.doomed)) return undefined;
    if (urgent.length > 0) return underWay.length === 0 ? urgent.shift() : undefined;
    const last = underWay.at(-1);
    if (underWay.length >= windowSize || last?.prepared?.exclusive === true) return undefined;
    return queue.shift();
  }

  function pump(): void {
    while (lostReason === undefined) {
      const entry = takeNext();
      if (entry === undefined) break;
      send(entry);
    }
    watchHeldBack();
  }

  function send(entry: Entry): void {
    if (holder === undefined && entry.work.hasLostMapping?.() === true) {
      settle(entry, { kind: "mapping-lost" });
      return;
    }
    entry.wait.pause();
    entry.phase = "under-way";
    entry.doomed = false;
    const prepared: PreparedCall = entry.work.prepare(state, holder !== undefined);
    state = prepared.after;
    entry.prepared = prepared;
    underWay.push(entry);
    process.run(prepared.call, prepared.onOutput).then(
      (outcome) => {
        onOutcome(entry, outcome);
      },
      (error: unknown) => {
        fail(error instanceof Error ? error.message : String(error));
      },
    );
  }

  function onOutcome(entry: Entry, outcome: CallOutcome): void {
    if (lostReason !== undefined) return;
    if (outcome.kind === "lost") {
      fail(outcome.reason);
      return;
    }
    remove(underWay, entry);
    switch (outcome.kind) {
      case "deferred":
        if (entry.cancelWanted) settle(entry, { kind: "cancelled" });
        else enqueue(entry);
        break;
      case "before-failed":
        if (entry.prepared?.call.before !== undefined) doomBehind();
        settle(entry, outcome);
        break;
      case "done":
        onDone(entry, outcome.status);
        settle(entry, outcome);
        break;
    }
    const head = underWay[0];
    if (head?.cancelWanted === true) requestCancel(head, 0);
    pump();
  }

  function onDone(entry: Entry, status: "I" | "T" | "E" | "-"): void {
    const { sessionNumber } = entry.work;
    if (status === "I") {
      if (holder === sessionNumber) setHolder(undefined);
      return;
    }
    if (holder === sessionNumber) return;
    doomBehind();
    state = entry.prepared?.after ?? state;
    setHolder(sessionNumber);
  }

  function doomBehind(): void {
    for (const behind of underWay) behind.doomed = true;
  }

  /** Asks only while the entry is the one that the engine runs, so that nobody else is interrupted. */
  function requestCancel(entry: Entry, attempt: number): void {
    if (underWay[0] !== entry || entry.doomed || lostReason !== undefined) return;
    process.requestCancel();
    const delayMs = CANCEL_AGAIN_MS[attempt];
    if (delayMs === undefined) return;
    timers.schedule(delayMs, () => {
      requestCancel(entry, attempt + 1);
    });
  }

  function fail(reason: string): void {
    if (lostReason !== undefined) return;
    lostReason = reason;
    for (const entry of [...underWay, ...urgent, ...queue]) settle(entry, { kind: "lost", reason });
    underWay.length = 0;
    urgent.length = 0;
    queue.length = 0;
    options.onLost(reason);
  }

  return {
    submit: (work) => {
      const entry = makeEntry(work);
      if (lostReason !== undefined) {
        settle(entry, { kind: "lost", reason: lostReason });
      } else {
        enqueue(entry);
        pump();
      }
      return {
        cancel: () => {
          if (entry.phase === "waiting") {
            remove(queue, entry);
            settle(entry, { kind: "cancelled" });
          } else if (entry.phase === "under-way" && !entry.cancelWanted) {
            entry.cancelWanted = true;
            requestCancel(entry, 0);
          }
        },
      };
    },
    submitNext: (work) => {
      const entry = makeEntry(work);
      if (lostReason !== undefined) settle(entry, { kind: "lost", reason: lostReason });
      else urgent.push(entry);
      pump();
    },
    holder: () => holder,
    replaceState: (replacement) => {
      state = replacement;
    },
    state: () => state,
    fail,
  };
}

function remove(list: Entry[], entry: Entry): void {
  const index = list.indexOf(entry);
  if (index >= 0) list.splice(index, 1);
}
