/**
 * What a session needs from a database engine.
 *
 * The port is shaped so that an engine with one backend per session (a real PostgreSQL server) fits
 * as well as many sessions that share one backend: a session hands over batches of frontend
 * messages and gets backend messages, and does not know who else uses the engine.
 */

import type { Authorization, Cluster, RoleMappingFacts } from "../auth/index.ts";
import type { FrontendFrame } from "../pgwire/index.ts";

export type { FrontendFrame, RoleMappingFacts };

/** Transaction status as ReadyForQuery reports it; `unfinished` when the batch ended in Flush. */
export type TransactionStatus = "idle" | "in-transaction" | "failed" | "unfinished";

/**
 * One unit of work: frontend messages up to and including Query, FunctionCall, Sync or Flush.
 * Terminate never reaches the engine, and CopyData only behind a prepared COPY (`startCopyIn`).
 */
export interface EngineBatch {
  readonly frames: readonly FrontendFrame[];
  /** Whether the answer must end with ReadyForQuery: true unless the batch ends in Flush. */
  readonly endsWithReadyForQuery: boolean;
  /** Whether a statement in it may change a setting of the session (SET, RESET, set_config …), or roles. */
  readonly mayChangeSettings: boolean;
  /** Whether a statement in it removes all prepared statements (`DEALLOCATE ALL`). */
  readonly deallocatesAll: boolean;
}

/**
 * Takes the answer of the engine piece by piece; pieces may end in the middle of a message. The
 * engine waits while the returned promise is pending, which is how a slow client slows the engine.
 */
export type OutputSink = (chunk: Uint8Array) => Promise<void> | undefined;

/** How a batch ended. */
export type BatchOutcome =
  | { readonly kind: "completed"; readonly transactionStatus: TransactionStatus }
  /** The batch waited for the transaction of another session for longer than it may; it was not run. */
  | { readonly kind: "wait-timeout"; readonly waitedMs: number }
  /** The batch was cancelled while it waited; it was not run. */
  | { readonly kind: "cancelled" }
  /** The session is over: its engine broke and is being replaced, or there is a farewell. */
  | {
      readonly kind: "engine-lost";
      /** In the emulator's words. */
      readonly reason: string;
      /** What the client is told, as FATAL, when the engine is well and only this session is over. */
      readonly farewell?: SessionFarewell;
    };

/** The error with which a session ends. */
export interface SessionFarewell {
  readonly sqlState: string;
  readonly message: string;
}

/** Answer to the start of a COPY … FROM STDIN. */
export type CopyInStart =
  /** The statement is fine: these bytes are the CopyInResponse to send, then collect the data. */
  | { readonly kind: "copy-in"; readonly copyInResponse: Uint8Array }
  /** The statement was answered already (an error), the answer went to the sink. */
  | { readonly kind: "answered"; readonly outcome: BatchOutcome };

/** A database session of one admitted connection. */
export interface SqlSession {
  /** Process id for BackendKeyData; unique among the engine's open sessions. */
  readonly processId: number;
  /** ParameterStatus values at the start (`TimeZone`, `DateStyle` …), after the start-up settings. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Resolves with the reason when the engine under the session is gone; the session is over then. */
  readonly lost: Promise<string>;
  /** Runs a batch. Batches of one session are given one after the other, never two at a time. */
  run(batch: EngineBatch, sink: OutputSink): Promise<BatchOutcome>;
  /** Checks a Query that is one single COPY … FROM STDIN, before its data is known. */
  startCopyIn(batch: EngineBatch, sink: OutputSink): Promise<CopyInStart>;
  /** Interrupts the batch that is running or waiting; does nothing if there is none. */
  cancel(): void;
  /** Rolls back what is open and frees everything. Never rejects; safe to call twice. */
  close(): Promise<void>;
}

/** What a session is opened with. */
export interface SqlSessionOptions {
  readonly databaseRole: string;
  /** Start-up settings, by name as the client wrote it; already checked against the allow-list. */
  readonly settings: ReadonlyMap<string, string>;
  /** Who connects; what SQL can ask about the session is unknown without it. */
  readonly identity?: SessionIdentity | undefined;
  /**
   * Whether the role must be mapped to the principal of `identity`, now and at the start of each
   * transaction. Not looked at for `admin`, which needs no mapping. No unless given.
   */
  readonly requiresMapping?: boolean | undefined;
}

/** Who connects, and the key of the connection's decision record. */
export interface SessionIdentity {
  /** ARN of the IAM role or user that roles are mapped to: of an assumed role, that of the role. */
  readonly principalArn: string;
  readonly sessionId: string;
}

/** Answers whether an IAM principal may connect as a database role, before there is a session. */
export interface RoleMappingReader {
  /**
   * Whether the role is there, has LOGIN, and is mapped to the principal; of transactions that are
   * still open nothing counts. The first call starts the engine.
   *
   * @throws Error when the engine cannot be started
   */
  isMapped(principalArn: string, databaseRole: string): Promise<boolean>;
  /**
   * What there is around a mapping that is not there: to explain a refusal.
   *
   * @throws Error when the engine cannot be started
   */
  mappingFacts(principalArn: string, databaseRole: string): Promise<RoleMappingFacts>;
}

/** Why a database session could not be opened: the engine's own error, to be sent as FATAL. */
export class SessionStartError extends Error {
  readonly code = "SESSION_START_FAILED";
  readonly sqlState: string;

  constructor(sqlState: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SessionStartError";
    this.sqlState = sqlState;
  }
}

/** A cluster's database. */
export interface SqlEngine {
  /**
   * Opens a session; the first call starts the engine.
   *
   * @throws SessionStartError when a setting has a value that the engine refuses, or a mapping that
   *   the session requires is not there
   */
  openSession(options: SqlSessionOptions): Promise<SqlSession>;
  /** Ends all sessions and the engine. */
  stop(): Promise<void>;
}

/** Finds the engine of a cluster. */
export interface EngineDirectory {
  engineOf(cluster: Cluster): SqlEngine;
}

/** A connection that has been admitted and has its database session. */
export interface OpenConnection {
  /** The key of its decision record. */
  readonly sessionId: string;
  readonly authorization: Authorization;
  readonly clientAddress: string;
  readonly applicationName: string;
  /** As BackendKeyData shows it. */
  readonly processId: number;
  readonly openedAt: Date;
  readonly handle: ConnectionHandle;
}

/** How a session is doing. */
export interface LiveConnection {
  /** When it will be too old. */
  readonly expiresAt: Date;
  /** `active`: something runs, or its data is awaited. */
  readonly transactionState: "idle" | "active" | "in-transaction" | "failed";
  /** When the transaction began that the client has open; also of a statement that runs alone. */
  readonly transactionSince: Date | undefined;
  /** Statements that have begun, whatever became of them. */
  readonly statementCount: number;
}

/** What others may do with a session. */
export interface ConnectionHandle {
  live(): LiveConnection;
  /**
   * Ends it with FATAL 57P01, whatever it does; resolves when observers have been told. Does nothing
   * when it has ended.
   *
   * @param reason in the emulator's words, for the connection's record
   */
  end(reason: string): Promise<void>;
}

/** How a connection ended. */
export interface ConnectionEnding {
  readonly clientAddress: string;
  readonly reason: string;
  /** Bytes that came from the client, encrypted or not. */
  readonly bytesReceived: number;
}

/** Told about admitted connections: the count of a cluster's connections and the lists live on it. */
export interface ConnectionObserver {
  opened(connection: OpenConnection): void;
  /**
   * The conversation is over; the session may take its time to be freed.
   *
   * @param reason in the emulator's words: who ended it and why
   */
  closed(connection: OpenConnection, reason: string): void;
  /**
   * Called once for every connection, admitted or not, when everything of it is freed.
   *
   * @param ending where it came from and why it ended, in the emulator's words
   */
  ended(sessionId: string, ending: ConnectionEnding): void;
}
