/**
 * The decision log: the newest decisions and what became of the connections that they admitted.
 * Everything is in memory and bounded: by the number of records, but that those of open connections
 * are always kept, and by the size of each.
 */
import type { ConnectionDecision } from "../auth/index.ts";
import type { ConnectionObserver, OpenConnection } from "../session/index.ts";
import type { Clock } from "../shared/index.ts";
import { BoundedJson } from "./bounded-json.ts";
import type { DecisionRecord, DecisionSummary, RecordedConnection } from "./decision-record.ts";
import { type LiveState, liveState } from "./live-state.ts";
import { recordDecision } from "./record-decision.ts";

/** Records that a log keeps if nobody says otherwise; our choice. */
export const DEFAULT_MAX_RECORDS = 10_000;

/** What a log is made from. */
export interface DecisionLogOptions {
  /** Tells when a connection has ended. */
  readonly clock: Clock;
  /** Whole number from 1; {@link DEFAULT_MAX_RECORDS} if not given. */
  readonly maxRecords?: number;
}

/** Which part of the list is wanted. */
export interface DecisionListOptions {
  /** Records at most. */
  readonly limit: number;
  /** Session id of a record: only older ones are listed. Nothing is, when it is not there (any more). */
  readonly before?: string;
  /** Only those whose connection is open, or only the others; all of them if not given. */
  readonly isOpen?: boolean;
}

/** How many there are. */
export interface DecisionCounts {
  /** Records that are kept. */
  readonly records: number;
  /** Oldest records that had to make room. */
  readonly dropped: number;
  readonly openConnections: number;
}

/** Keeps decision records; told of decisions by the authorizer and of connections by sessions. */
export class DecisionLog implements ConnectionObserver {
  readonly #clock: Clock;
  readonly #maxRecords: number;
  /** In the order of the decisions. */
  readonly #records = new Map<string, DecisionRecord>();
  readonly #open = new Map<string, OpenConnection>();
  #dropped = 0;

  /** @throws RangeError when `maxRecords` is not a whole number from 1 */
  constructor({ clock, maxRecords = DEFAULT_MAX_RECORDS }: DecisionLogOptions) {
    if (!Number.isInteger(maxRecords) || maxRecords < 1) {
      throw new RangeError(`maxRecords is ${maxRecords}, expected a whole number from 1`);
    }
    this.#clock = clock;
    this.#maxRecords = maxRecords;
  }

  /** Keeps a decision and returns its record. */
  record(decision: ConnectionDecision): DecisionRecord {
    const record = recordDecision(decision);
    this.#records.delete(record.sessionId);
    this.#records.set(record.sessionId, record);
    this.#makeRoom(record.sessionId);
    return record;
  }

  /** The record of this session, or `undefined` if there was none or it had to make room. */
  find(sessionId: string): DecisionRecord | undefined {
    return this.#records.get(sessionId);
  }

  /** Records without their traces, newest first. */
  list({ limit, before, isOpen }: DecisionListOptions): DecisionSummary[] {
    if (before !== undefined && !this.#records.has(before)) return [];
    const newestFirst = [...this.#records.values()].reverse();
    const start =
      before === undefined ? 0 : newestFirst.findIndex(({ sessionId }) => sessionId === before) + 1;
    return newestFirst
      .slice(start)
      .filter(({ sessionId }) => isOpen === undefined || this.#open.has(sessionId) === isOpen)
      .slice(0, limit)
      .map(({ trace: _trace, ...summary }) => summary);
  }

  /** How the connection of this session is doing; `undefined` when it is not open. */
  live(sessionId: string): LiveState | undefined {
    const connection = this.#open.get(sessionId);
    return connection === undefined ? undefined : liveState(connection, this.#clock.now());
  }

  /**
   * Ends an open connection with FATAL 57P01; resolves when it is closed.
   *
   * @param reason in the emulator's words, for the record
   * @returns whether there was one
   */
  async end(sessionId: string, reason: string): Promise<boolean> {
    const connection = this.#open.get(sessionId);
    await connection?.handle.end(reason);
    return connection !== undefined;
  }

  /** Forgets all records but those of open connections. */
  clear(): void {
    for (const sessionId of [...this.#records.keys()]) {
      if (!this.#open.has(sessionId)) this.#records.delete(sessionId);
    }
    this.#dropped = 0;
  }

  /** How many records and open connections there are. */
  counts(): DecisionCounts {
    return {
      records: this.#records.size,
      dropped: this.#dropped,
      openConnections: this.#open.size,
    };
  }

  /** A connection has its database session. */
  opened(connection: OpenConnection): void {
    const { sessionId, openedAt, processId, applicationName } = connection;
    this.#open.set(sessionId, connection);
    this.#change(sessionId, {
      state: "open",
      openedAt: openedAt.toISOString(),
      processId,
      applicationName: new BoundedJson().text(applicationName),
    });
  }

  /** A connection has ended. */
  closed(connection: OpenConnection, reason: string): void {
    const { sessionId } = connection;
    this.#open.delete(sessionId);
    this.#change(sessionId, {
      state: "closed",
      closedAt: this.#clock.now().toISOString(),
      closeReason: new BoundedJson().text(reason),
    });
  }

  /** Everything of a connection is freed; one that was admitted and never opened is closed by it. */
  ended(sessionId: string): void {
    this.#open.delete(sessionId);
    if (this.#records.get(sessionId)?.connection.state !== "admitted") return;
    this.#change(sessionId, {
      state: "closed",
      closedAt: this.#clock.now().toISOString(),
      closeReason: "ended before its database session was open",
    });
  }

  /** Drops the oldest records without an open connection; the newest one stays. */
  #makeRoom(newest: string): void {
    if (this.#records.size <= this.#maxRecords) return;
    for (const oldest of this.#records.keys()) {
      if (this.#open.has(oldest)) continue;
      if (oldest === newest || this.#records.size <= this.#maxRecords) return;
      this.#records.delete(oldest);
      this.#dropped += 1;
    }
  }

  #change(sessionId: string, change: Partial<RecordedConnection>): void {
    const record = this.#records.get(sessionId);
    if (record === undefined) return;
    this.#records.set(sessionId, { ...record, connection: { ...record.connection, ...change } });
  }
}
