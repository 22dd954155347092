/**
 * The port between the multiplexer (main thread) and one PGlite in its worker thread.
 *
 * One call is one synchronous run of the engine. Calls are executed in the order in which they are
 * submitted; several may be under way. A call whose session is not the holder while another
 * session holds the engine is not executed but deferred (see `CallOutcome`).
 */

/** One run of the engine. */
export interface EngineCall {
  /** Number of the session that the call belongs to; 0 is the emulator itself. */
  readonly sessionNumber: number;
  /**
   * SQL that the emulator runs first, as `databaseRole`, in a simple Query of its own; its answer is
   * not shown. Used to switch the settings of sessions; only when no transaction is open.
   */
  readonly before?: string | undefined;
  /**
   * Database role that `before` and the frames run as. The name of the bootstrap superuser is allowed
   * for session 0 only.
   */
  readonly databaseRole: string;
  /** Object id that the role must have, since names can be given to other roles. */
  readonly databaseRoleId?: number | undefined;
  /** What SQL can ask about the session, see `sessionFactsText`; nothing when left out. */
  readonly sessionFacts?: string | undefined;
  /** Sessions that are over, whose memory can be freed. */
  readonly closedSessions?: readonly number[] | undefined;
  /** Framed, checked frontend messages. The buffer is transferred to the worker. */
  readonly frames: Uint8Array;
  /** Whether the answer must end with ReadyForQuery (false when the frames end in Flush). */
  readonly endsWithReadyForQuery: boolean;
  /**
   * What is to be done with the whole database instead of running frames; of session 0 only. It ends as
   * done, or as `before-failed` with the reason.
   */
  readonly image?: ImageTask | undefined;
}

/** Something that is done with the whole database, between the transactions. */
export type ImageTask =
  /** Takes an image of an engine in memory. The output is the database's files, as a tar in shared memory. */
  | { readonly kind: "save"; readonly imageNumber: number }
  /**
   * Puts an image of this engine back, even while a transaction is open. Everything that the sessions
   * have is gone then.
   */
  | { readonly kind: "restore"; readonly imageNumber: number }
  | { readonly kind: "drop"; readonly imageNumber: number }
  /** Copies the files of an engine in a directory to a new directory. */
  | { readonly kind: "copy-files"; readonly to: string };

/** How a call ended. */
export type CallOutcome =
  /** `I`, `T`, `E`: status of ReadyForQuery; `-`: no ReadyForQuery was due (Flush). */
  | {
      readonly kind: "done";
      readonly status: "I" | "T" | "E" | "-";
      /** What an image that was saved takes in memory, its archive included. */
      readonly imageBytes?: number | undefined;
    }
  /** Another session holds the engine (its call ended in `T`, `E` or `-`): nothing was run. */
  | { readonly kind: "deferred" }
  /**
   * The role could not be switched to, or the SQL of `before` failed; the frames were not run. When
   * there was a `before`, the calls behind are deferred until one of session 0 has run, since what
   * settings the engine has is unknown.
   */
  | { readonly kind: "before-failed"; readonly sqlState: string; readonly message: string }
  /** The engine is broken (no ReadyForQuery where one was due, worker gone, watchdog). */
  | { readonly kind: "lost"; readonly reason: string };

/** One engine instance; made anew after it is lost. */
export interface EngineProcess {
  /**
   * Runs a call. `onOutput` gets the answer of the client's frames, in pieces, before the promise
   * resolves; while a promise that it returned is pending the engine is held back once a few MiB
   * are outstanding.
   */
  run(
    call: EngineCall,
    onOutput: (chunk: Uint8Array) => Promise<void> | undefined,
  ): Promise<CallOutcome>;
  /**
   * Time that the call which runs now has been held back by its sink so far, in milliseconds; 0 when
   * there is none.
   */
  heldBackMs(): number;
  /** Interrupts the statement that is running now (57014); harmless when there is none. */
  requestCancel(): void;
  /** Resolves once, when the engine is gone: by `terminate`, a crash or the watchdog. */
  readonly lost: Promise<string>;
  /** Ends the worker; calls under way end with `lost`. */
  terminate(): Promise<void>;
}

/**
 * Starts an engine; rejects when it cannot be started or fails its self-tests.
 *
 * @param archive the files to start from, as a tar; without them, those that it has or a new database
 */
export type StartEngineProcess = (archive?: Uint8Array) => Promise<EngineProcess>;
