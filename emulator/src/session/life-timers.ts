/** Watches the age of an open session and of its transaction on the emulator's clock. */
import type { CancelTimer, Clock, ClockTimers } from "../shared/index.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { LiveConnection } from "./ports.ts";
import { isInTransaction } from "./session-life.ts";
import type { SessionLimits } from "./session-limits.ts";

/** What is done when a limit is reached; the clock waits for it. */
export interface DeadlineListener {
  onSessionDeadline(): Promise<void>;
  onTransactionDeadline(): Promise<void>;
}

/** The timers of one session. */
export class LifeTimers {
  readonly #clock: Clock & ClockTimers;
  readonly #limits: SessionLimits;
  readonly #listener: DeadlineListener;
  #expiresAt: Date;
  #cancelSession: CancelTimer = () => undefined;
  #cancelTransaction: CancelTimer | undefined;
  /** When the transaction began that the client has open, whether or not it is open in the engine. */
  #transactionSince: Date | undefined;

  constructor(clock: Clock & ClockTimers, limits: SessionLimits, listener: DeadlineListener) {
    this.#clock = clock;
    this.#limits = limits;
    this.#listener = listener;
    this.#expiresAt = clock.now();
  }

  /** The session is open from now on. @returns that moment */
  begin(): Date {
    const openedAt = this.#clock.now();
    this.#expiresAt = later(openedAt, this.#limits.maxSessionSeconds);
    this.#cancelSession = this.#clock.schedule(this.#expiresAt, () =>
      this.#listener.onSessionDeadline(),
    );
    return openedAt;
  }

  /** Follows the connection to its next state. */
  follow(state: ConnectionState): void {
    if (isInTransaction(state)) {
      if (this.#cancelTransaction !== undefined) return;
      const now = this.#clock.now();
      this.#transactionSince = now;
      this.#watchTransaction(now);
      return;
    }
    this.#cancelTransaction?.();
    this.#cancelTransaction = undefined;
    const isOpenForClient = "transactionAge" in state && state.transactionAge !== "within-limit";
    if (!isOpenForClient) this.#transactionSince = undefined;
  }

  /** Whether the transaction that is open has reached the limit. */
  isTransactionTooOld(): boolean {
    const since = this.#transactionSince;
    return (
      since !== undefined && this.#clock.now() >= later(since, this.#limits.maxTransactionSeconds)
    );
  }

  /** Age of the transaction that the client has open, in whole seconds; 0 when it has none. */
  transactionSeconds(): number {
    const since = this.#transactionSince;
    if (since === undefined) return 0;
    return Math.max(0, Math.floor((this.#clock.now().getTime() - since.getTime()) / 1000));
  }

  /** How the session is doing. */
  describe(state: ConnectionState, statementCount: number): LiveConnection {
    return {
      expiresAt: this.#expiresAt,
      transactionState: transactionState(state),
      transactionSince: this.#transactionSince,
      statementCount,
    };
  }

  /** The session is over. */
  end(): void {
    this.#cancelSession();
    this.#cancelTransaction?.();
  }

  #watchTransaction(from: Date): void {
    const at = later(from, this.#limits.maxTransactionSeconds);
    this.#cancelTransaction = this.#clock.schedule(at, () => {
      // What could not be ended now is looked at again.
      this.#watchTransaction(at);
      return this.#listener.onTransactionDeadline();
    });
  }
}

function later(moment: Date, seconds: number): Date {
  return new Date(moment.getTime() + seconds * 1000);
}

function transactionState(state: ConnectionState): LiveConnection["transactionState"] {
  switch (state.kind) {
    case "Ready":
    case "SkippingUntilSync":
      return state.transactionStatus;
    case "Executing":
    case "StartingCopyIn":
    case "CopyingIn":
    case "EndingTransaction":
      return "active";
    default:
      return "idle";
  }
}
