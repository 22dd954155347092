/** Joins the keeper of the emulator's whole state with the rest of the emulator. */
import type { OpenedAccounts } from "../accounts/index.ts";
import type { DecisionLog, EventLog, NeededLog } from "../audit/index.ts";
import { createClusters } from "../clusters/index.ts";
import type { EmulatorConfig } from "../config/index.ts";
import type { EmulatorStates } from "../control-plane/index.ts";
import { archiveProblem, startPgliteProcess } from "../engine/index.ts";
import type { Faults } from "../faults/index.ts";
import { restoreIamDirectory } from "../iam/index.ts";
import type { PostgresListener } from "../server/index.ts";
import type { Clock, ClockControl } from "../shared/index.ts";
import type { ClusterStore } from "./cluster-store.ts";
import { emulatorStates } from "./emulator-states.ts";
import type { Engines } from "./engines.ts";
import type { StateFileChecks } from "./state-file.ts";
import type { StateGate } from "./state-gate.ts";

/** PostgreSQL's, of PGlite. */
const POSTGRES_MAJOR_VERSION = "18";

/** The parts of the emulator that a state is made of. */
export interface StateSources {
  readonly config: EmulatorConfig;
  readonly gate: StateGate;
  readonly clock: Clock & ClockControl;
  readonly opened: OpenedAccounts;
  readonly store: ClusterStore;
  readonly engines: Engines;
  readonly listener: PostgresListener;
  readonly faults: Faults;
  readonly log: DecisionLog;
  readonly events: EventLog;
  readonly needed: NeededLog;
  readonly coverage: { reset(): void };
  readonly connectionGate: { refill(): void };
  readonly oneTimePasswords: { clear(): void };
}

/** Makes the keeper of the state of this emulator. */
export function makeStates(sources: StateSources, version: string): EmulatorStates {
  const { config, clock, opened, store, engines, listener } = sources;
  return emulatorStates({
    gate: sources.gate,
    version,
    clock,
    clockAtStart: config.clock,
    accounts: opened.accounts,
    declaredAccounts: () => opened.declared(),
    clusters: store.clusters,
    declaredClusters: () => store.declared(),
    databases: engines.states,
    markForDrop: (database) => {
      engines.markForDrop(database);
    },
    dropDatabase: (database) => engines.drop(database),
    clearPassing: () => {
      sources.faults.clear();
      sources.connectionGate.refill();
      sources.oneTimePasswords.clear();
    },
    clearRecords: () => {
      sources.log.clear();
      sources.events.clear();
      sources.needed.clear();
      sources.coverage.reset();
    },
    endSessions: (reason) => listener.endAllSessions(reason),
    keep: async () => {
      await Promise.all([opened.keep(), store.keep()]);
    },
    checks: checksOf(clock, config.limits.memoryLimitMiB),
  });
}

/** Everything of a file is tried out on something that nobody uses. */
function checksOf(clock: Clock, memoryLimitMiB: number): StateFileChecks {
  const refuse = (): never => {
    throw new Error("nothing is made to try a file out");
  };
  const identities = { newId: refuse, newSecret: refuse, now: () => clock.now() };
  const ids = { newIdentifier: refuse };
  return {
    accounts: (accounts) => {
      for (const account of accounts) restoreIamDirectory(account, identities).snapshot();
    },
    clusters: (snapshot) => {
      const clusters = createClusters({ clock: { now: () => new Date(0) }, ids });
      clusters.reset(snapshot);
      clusters.allClusters();
    },
    archive: async (archive) => {
      const problem = archiveProblem(archive, POSTGRES_MAJOR_VERSION);
      if (problem !== undefined) throw new Error(problem);
      const process = await startPgliteProcess({ archive, memoryLimitMiB });
      await process.terminate();
    },
  };
}
