/** What the API asks of the keeper of the emulator's whole state. */

/** A snapshot, without what it holds. */
export interface SnapshotFacts {
  readonly name: string;
  /** In emulator time. */
  readonly createdAt: Date;
  /** Clusters that there were. */
  readonly clusters: number;
  /** Databases that held something. */
  readonly databases: number;
  /** What the databases in memory take, in bytes. */
  readonly memoryBytes: number;
}

/** Where a reset goes, and what goes with it. */
export interface ResetRequest {
  /**
   * `configuration`: all is as the configuration declares it. `empty`: the same, but the databases are
   * without the roles, mappings and SQL of the configuration.
   */
  readonly to: "empty" | "configuration" | { readonly snapshot: string };
  /** Whether the clock goes back too: to that of the snapshot, or of the start. */
  readonly clock: boolean;
  /** Whether decisions, what they needed and covered, and events are forgotten. */
  readonly records: boolean;
}

/** What came of a reset. */
export interface ResetOutcome {
  readonly tookMs: number;
}

/** Snapshots, resets, exports; `emulatorStates` does them, one after the other. */
export interface EmulatorStates {
  /** Takes one; an earlier one of this name is replaced. @throws StateRefusal `conflict` */
  save(name: string): Promise<SnapshotFacts>;
  /** In the order in which they were first made. */
  list(): readonly SnapshotFacts[];
  /** @throws StateRefusal `not-found` */
  remove(name: string): Promise<void>;
  /** Ends all connections. @throws StateRefusal `not-found`; nothing is changed then */
  reset(request: ResetRequest): Promise<ResetOutcome>;
  /** JSON text, secrets included. @throws StateRefusal `conflict` */
  exportState(): Promise<string>;
  /**
   * Ends all connections and becomes what was exported.
   *
   * @param json the parsed text
   * @param options with `clock`, the clock is moved too
   * @throws StateRefusal `invalid`; nothing is changed then
   */
  importState(json: unknown, options: { readonly clock: boolean }): Promise<ResetOutcome>;
}

/** Why something was not done; the message is one sentence for the user. */
export class StateRefusal extends Error {
  readonly code: "not-found" | "conflict" | "invalid";

  constructor(code: StateRefusal["code"], message: string) {
    super(message);
    this.name = "StateRefusal";
    this.code = code;
  }
}
