/**
 * The emulator's state as a whole: snapshots of it by name, the way back to one of them or to the
 * configuration, and its way into a file and out of one.
 *
 * Clusters, the IAM of all accounts and what the databases hold belong to it. The clock goes with it only
 * on request; fault rules and counts of limits are gone after each reset; what was recorded (decisions, what
 * they needed and covered, events) stays unless asked otherwise.
 */
import type { Accounts } from "../accounts/index.ts";
import type { ClustersSnapshot, DatabaseLocation } from "../clusters/index.ts";
import {
  type EmulatorStates,
  type ResetOutcome,
  type ResetRequest,
  type SnapshotFacts,
  StateRefusal,
} from "../control-plane/index.ts";
import type { IamSnapshot } from "../iam/index.ts";
import type { ClockControl, ClockState } from "../shared/index.ts";
import { type DatabaseState, type DatabaseStates, filesOnly } from "./database-states.ts";
import {
  readStateFile,
  type StateFileChecks,
  type StateFileContent,
  writeStateFile,
} from "./state-file.ts";
import type { BeginningMoment } from "./seeded-engine.ts";
import type { StateGate } from "./state-gate.ts";

/** Snapshots at a time; each holds tens of megabytes for each database that runs. Our choice. */
const MAX_SNAPSHOTS = 16;
/** What clients are told of in the records of their connections. */
const RESET_REASON = "the emulator was reset";

/** What it works with. */
export interface EmulatorStatesParts {
  readonly gate: StateGate;
  readonly clock: ClockControl & { now(): Date };
  /** How the clock stands at the start. */
  readonly clockAtStart: { readonly startAt: Date | undefined; readonly isFrozen: boolean };
  readonly accounts: Pick<Accounts, "directories">;
  /** The accounts as the configuration declares them. */
  readonly declaredAccounts: () => readonly IamSnapshot[];
  readonly clusters: {
    snapshot(): ClustersSnapshot;
    reset(snapshot: ClustersSnapshot): void;
  };
  readonly declaredClusters: () => ClustersSnapshot;
  readonly databases: DatabaseStates;
  /** Notes that data are to be removed, so that this is done after a kill too. */
  readonly markForDrop: (database: DatabaseLocation) => void;
  /** Ends the engine of a database that no cluster uses, and removes its data. */
  readonly dropDatabase: (database: DatabaseLocation) => Promise<void>;
  /** Takes away fault rules and what counts towards limits. */
  readonly clearPassing: () => void;
  /** Forgets what was recorded: decisions, what they needed and covered, events. */
  readonly clearRecords: () => void;
  /** Ends all connections with 57P01. */
  readonly endSessions: (reason: string) => Promise<void>;
  /** Keeps accounts and clusters in the data directory. */
  readonly keep: () => Promise<void>;
  /** Whether what a file has can be used. */
  readonly checks: StateFileChecks;
  readonly version: string;
}

interface WholeState {
  readonly clock: ClockState;
  readonly accounts: readonly IamSnapshot[];
  readonly clusters: ClustersSnapshot;
  readonly databases: ReadonlyMap<string, DatabaseState>;
}

interface Snapshot extends WholeState {
  readonly facts: SnapshotFacts;
}

/** Makes it; there are no snapshots yet. */
export function emulatorStates(parts: EmulatorStatesParts): EmulatorStates {
  const { gate, clock, databases } = parts;
  const snapshots = new Map<string, Snapshot>();

  async function take(): Promise<WholeState> {
    const clusters = parts.clusters.snapshot();
    const accounts = parts.accounts.directories().map((directory) => directory.snapshot());
    const taken = new Map<string, DatabaseState>();
    try {
      for (const database of databasesOf(clusters)) {
        taken.set(keyOf(database), await databases.take(database));
      }
    } catch (error) {
      await discard(taken);
      throw new StateRefusal("conflict", error instanceof Error ? error.message : String(error));
    }
    return { clock: clock.state(), accounts, clusters, databases: taken };
  }

  async function discard(taken: ReadonlyMap<string, DatabaseState>): Promise<void> {
    await Promise.all([...taken.values()].map((state) => databases.discard(state)));
  }

  /** @throws StateRefusal */
  function snapshotOf(name: string): Snapshot {
    const found = snapshots.get(name);
    if (found !== undefined) return found;
    throw new StateRefusal("not-found", `there is no snapshot \`${name}\``);
  }

  function declared(moment: BeginningMoment): WholeState {
    const clusters = parts.declaredClusters();
    const state: DatabaseState = { kind: "beginning", moment };
    return {
      clock: clock.state(),
      accounts: parts.declaredAccounts(),
      clusters,
      databases: new Map(databasesOf(clusters).map((database) => [keyOf(database), state])),
    };
  }

  /**
   * @param moveClock comes before the new state, and while there are no clusters, so that nothing of the one
   *   happens by the time of the other
   * @throws StateRefusal when a database cannot be brought back; clusters and accounts are then as before
   */
  async function become(
    stateOfNow: () => WholeState,
    moveClock?: () => Promise<void>,
  ): Promise<void> {
    await parts.endSessions(RESET_REASON);
    const old = parts.clusters.snapshot();
    let isEmptied = false;
    try {
      if (moveClock !== undefined) {
        isEmptied = true;
        parts.clusters.reset({ ...old, clusters: [] });
        await moveClock();
      }
      const state = stateOfNow();
      const after = databasesOf(state.clusters);
      const remaining = new Set(after.map(keyOf));
      const gone = databasesOf(old).filter((database) => !remaining.has(keyOf(database)));
      for (const database of gone) parts.markForDrop(database);
      await bringBackAll(after, state);
      for (const directory of parts.accounts.directories()) {
        const account = state.accounts.find(({ accountId }) => accountId === directory.accountId);
        if (account !== undefined) directory.reset(account);
      }
      parts.clusters.reset(state.clusters);
      isEmptied = false;
      parts.clearPassing();
      // After a kill, data are removed only of databases that no kept cluster uses.
      await parts.keep();
      await Promise.all(gone.map((database) => parts.dropDatabase(database)));
    } catch (error) {
      if (isEmptied) parts.clusters.reset(old);
      throw error;
    }
  }

  /** Those that begin anew come first: their engines make room for others. All have ended when it settles. */
  async function bringBackAll(all: readonly DatabaseLocation[], state: WholeState): Promise<void> {
    const stateOf = (database: DatabaseLocation): DatabaseState =>
      state.databases.get(keyOf(database)) ?? { kind: "beginning", moment: "configuration" };
    const isBeginning = (database: DatabaseLocation): boolean =>
      stateOf(database).kind === "beginning";
    for (const turn of [all.filter(isBeginning), all.filter((one) => !isBeginning(one))]) {
      const results = await Promise.allSettled(
        turn.map((database) => databases.bringBack(database, stateOf(database))),
      );
      const failed = results.findIndex(({ status }) => status === "rejected");
      const [result, database] = [results[failed], turn[failed]];
      if (result?.status !== "rejected" || database === undefined) continue;
      const reason = result.reason instanceof Error ? result.reason.message : String(result.reason);
      throw new StateRefusal(
        "conflict",
        `the database of ${database.identifier} cannot be brought back: ${reason}`,
      );
    }
  }

  async function setClock({ now, isFrozen, offsetMs }: ClockState): Promise<void> {
    const force = { force: true };
    await clock.change({ kind: "resume" }, force);
    if (isFrozen) {
      await clock.change({ kind: "set", to: now }, force);
      await clock.change({ kind: "freeze" }, force);
    } else {
      await clock.change({ kind: "offset", offsetMs }, force);
    }
  }

  /** In one step: what is due at other times does not happen. */
  async function bringClockToStart(): Promise<void> {
    const { startAt, isFrozen } = parts.clockAtStart;
    const force = { force: true };
    await clock.change({ kind: "resume" }, force);
    await clock.change(
      startAt === undefined ? { kind: "offset", offsetMs: 0 } : { kind: "set", to: startAt },
      force,
    );
    if (isFrozen) await clock.change({ kind: "freeze" }, force);
  }

  async function save(name: string): Promise<SnapshotFacts> {
    const earlier = snapshots.get(name);
    if (earlier === undefined && snapshots.size >= MAX_SNAPSHOTS) {
      throw new StateRefusal(
        "conflict",
        `there are ${MAX_SNAPSHOTS} snapshots, which is as many as may be: delete one`,
      );
    }
    const state = await take();
    const sizes = [...state.databases.values()].map((database) =>
      database.kind === "image" ? database.image.bytes : 0,
    );
    const facts: SnapshotFacts = {
      name,
      createdAt: clock.now(),
      clusters: state.clusters.clusters.length,
      databases: [...state.databases.values()].filter(({ kind }) => kind !== "beginning").length,
      memoryBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    };
    snapshots.set(name, { ...state, facts });
    if (earlier !== undefined) await discard(earlier.databases);
    return facts;
  }

  async function reset({ to, clock: withClock, records }: ResetRequest): Promise<ResetOutcome> {
    const begunAt = performance.now();
    const snapshot = typeof to === "object" ? snapshotOf(to.snapshot) : undefined;
    const moveClock = snapshot === undefined ? bringClockToStart : () => setClock(snapshot.clock);
    const stateOfNow = typeof to === "object" ? () => snapshotOf(to.snapshot) : () => declared(to);
    await become(stateOfNow, withClock ? moveClock : undefined);
    if (records) parts.clearRecords();
    return { tookMs: Math.round((performance.now() - begunAt) * 10) / 10 };
  }

  function contentOf(state: WholeState): StateFileContent {
    return {
      exportedBy: parts.version,
      exportedAt: clock.now(),
      clock: state.clock,
      accounts: state.accounts,
      clusters: state.clusters,
      databases: databasesOf(state.clusters).flatMap(
        (database): StateFileContent["databases"][number][] => {
          const taken = state.databases.get(keyOf(database));
          if (taken === undefined) return [];
          const archive = databases.archiveOf(taken);
          const isAsConfigured = taken.kind === "beginning" && taken.moment === "configuration";
          return isAsConfigured ? [] : [{ ...database, archive }];
        },
      ),
    };
  }

  function stateOf(content: StateFileContent): WholeState {
    const own = new Set(parts.accounts.directories().map(({ accountId }) => accountId));
    const strange = content.accounts.find(({ accountId }) => !own.has(accountId));
    if (strange !== undefined) {
      throw new StateRefusal(
        "invalid",
        `the file has the account ${strange.accountId}, which the configuration of this emulator does not have: add it there`,
      );
    }
    const declared = parts
      .declaredAccounts()
      .filter(
        ({ accountId }) => !content.accounts.some((account) => account.accountId === accountId),
      );
    return {
      ...content,
      accounts: [...content.accounts, ...declared],
      databases: new Map(
        content.databases.map((database): [string, DatabaseState] => [
          keyOf(database),
          database.archive === undefined
            ? { kind: "beginning", moment: "empty" }
            : { kind: "image", image: filesOnly(database.archive) },
        ]),
      ),
    };
  }

  return {
    save: (name) => gate.exclusively(() => save(name)),
    list: () => [...snapshots.values()].map(({ facts }) => facts),
    remove: (name) =>
      gate.exclusively(async () => {
        const found = snapshots.get(name);
        if (found === undefined) {
          throw new StateRefusal("not-found", `there is no snapshot \`${name}\``);
        }
        snapshots.delete(name);
        await discard(found.databases);
      }),
    reset: async (request) => {
      if (typeof request.to === "object") snapshotOf(request.to.snapshot);
      // What faults delay would hold the gate as long.
      parts.clearPassing();
      return gate.exclusively(() => reset(request));
    },
    exportState: () =>
      gate.exclusively(async () => {
        const state = await take();
        try {
          return await writeStateFile(contentOf(state));
        } finally {
          await discard(state.databases);
        }
      }),
    importState: (json, options) =>
      gate.exclusively(async () => {
        const begunAt = performance.now();
        const state = stateOf(await readStateFile(json, parts.checks));
        await become(() => state, options.clock ? () => setClock(state.clock) : undefined);
        return { tookMs: Math.round((performance.now() - begunAt) * 10) / 10 };
      }),
  };
}

function keyOf({ region, identifier }: DatabaseLocation): string {
  return `${region}/${identifier}`;
}

/** The databases of all clusters, each once. */
function databasesOf({ clusters }: ClustersSnapshot): readonly DatabaseLocation[] {
  return [...new Map(clusters.map(({ database }) => [keyOf(database), database])).values()];
}
