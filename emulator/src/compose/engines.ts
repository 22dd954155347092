/** The database engines of the clusters. */
import { existsSync } from "node:fs";
import type { Cluster } from "../auth/index.ts";
import type { DatabaseLocation } from "../clusters/index.ts";
import type { ConfiguredCluster, EmulatorConfig } from "../config/index.ts";
import { parseClusterIdentifier } from "../dsql/index.ts";
import {
  createPgliteEngine,
  type MultiplexerEvent,
  type PgliteEngine,
  startPgliteProcess,
} from "../engine/index.ts";
import type { EngineDirectory } from "../session/index.ts";
import { Beginnings, type DatabaseStates, databaseStates } from "./database-states.ts";
import { DatabaseDirectories } from "./database-directories.ts";
import { EnginePool, type PooledDatabase } from "./engine-pool.ts";
import { type BeginningMark, seededEngine } from "./seeded-engine.ts";
import { SeedMarks } from "./seed-marks.ts";

/** What engines are made from. */
export interface EnginesOptions {
  readonly config: EmulatorConfig;
  /** Where the data of a cluster are; the two clusters of a multi-Region pair have one database. */
  readonly databaseOf: (cluster: Cluster) => DatabaseLocation;
  /** @param database `region/identifier` */
  readonly onEvent: (database: string, event: MultiplexerEvent) => void;
}

/** The engines, by cluster. */
export interface Engines extends EngineDirectory {
  engineOf(cluster: Cluster): PgliteEngine;
  readonly states: DatabaseStates;
  /** Notes that a database is to be removed, so that this is done after a kill too. */
  markForDrop(database: DatabaseLocation): void;
  /** Takes the note back. */
  unmark(database: DatabaseLocation): void;
  /** Ends the sessions and the engine of a database, and removes its data. */
  drop(database: DatabaseLocation): Promise<void>;
  /**
   * Finishes what a process that was killed had begun, before any engine runs.
   *
   * @param isKnown whether it was kept that a cluster uses the database
   */
  finishDrops(isKnown: (database: DatabaseLocation) => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** One engine per database, started when the first session asks for it. */
export function createEngines({ config, databaseOf, onEvent }: EnginesOptions): Engines {
  const { limits, dataDirectory } = config;
  const pool = new EnginePool(limits.maxRunningEngines);
  const marks = new SeedMarks(dataDirectory);
  const directories = new DatabaseDirectories(dataDirectory);
  const beginnings = new Beginnings();
  const declaredOf = ({ identifier }: DatabaseLocation): ConfiguredCluster | undefined =>
    config.clusters.find((cluster) => cluster.identifier === identifier);

  /** Without a data directory, what the API makes is on disk too, for as long as the emulator runs, so that it can sleep. */
  const directoryOf = (database: DatabaseLocation): string | undefined => {
    const isInMemory = dataDirectory === undefined && declaredOf(database) !== undefined;
    return isInMemory ? undefined : directories.pathOf(database);
  };

  const makeDatabase = (database: DatabaseLocation): PooledDatabase => {
    const key = keyOf(database);
    const directory = directoryOf(database);
    const beginning = declaredOf(database);
    const mark: BeginningMark = {
      isSet: () => marks.has(key),
      // One that had data before is never taken away.
      begin: async () => {
        if (directory === undefined || !existsSync(directory)) await marks.begin(key);
      },
      set: () => marks.add(key),
    };
    return {
      isKept: directory !== undefined,
      makeEngine: () => {
        const engine = createPgliteEngine({
          transactionWaitMs: limits.transactionWaitMs,
          refusesRepeatedGrant: config.refuseRepeatedGrants,
          startProcess: async (archive) => {
            if (directory !== undefined) {
              await directories.finishReplacement(database, (is) => marks.set(key, is));
            }
            // Nobody but its beginning has been in it: it begins anew.
            if (directory !== undefined && marks.isHalf(key)) await directories.drop(database);
            return startPgliteProcess({
              dataDirectory: directory,
              archive,
              statementWatchdogMs: limits.statementWatchdogMs,
              memoryLimitMiB: limits.memoryLimitMiB,
            });
          },
          onEvent: (event) => {
            // In memory, what is lost begins anew.
            if (event.type === "engine-lost" && directory === undefined) void marks.remove(key);
            onEvent(key, event);
          },
        });
        if (beginning === undefined) return engine;
        const images = directory === undefined ? beginnings.imagesOf(key) : undefined;
        return seededEngine(engine, beginning, mark, images);
      },
    };
  };

  const engineOfDatabase = (database: DatabaseLocation): PgliteEngine =>
    pool.engineOf(keyOf(database), () => makeDatabase(database));

  return {
    engineOf: (cluster) => engineOfDatabase(databaseOf(cluster)),
    states: databaseStates({
      pool,
      marks,
      beginnings,
      keyOf,
      engineOf: engineOfDatabase,
      directoryOf,
      directories,
    }),
    drop: async (database) => {
      const key = keyOf(database);
      await pool.remove(key);
      await marks.remove(key);
      if (directoryOf(database) !== undefined) await directories.drop(database);
    },
    markForDrop: (database) => {
      if (directoryOf(database) !== undefined) directories.markForDrop(database);
    },
    unmark: (database) => {
      if (directoryOf(database) !== undefined) directories.unmark(database);
    },
    finishDrops: async (isKnown) => {
      const mark = (database: DatabaseLocation, is: boolean): Promise<void> =>
        marks.set(keyOf(database), is);
      const dropped = await directories.finish(isKnown, mark);
      for (const database of dropped) await marks.remove(keyOf(database));
      // Before anybody looks what has run on them.
      for (const key of marks.halves()) {
        const database = locationOf(key);
        if (directoryOf(database) !== undefined) await directories.drop(database);
      }
    },
    stop: async () => {
      await pool.stop();
      await directories.close();
    },
  };
}

function locationOf(key: string): DatabaseLocation {
  const [region = "", text = ""] = key.split("/");
  const identifier = parseClusterIdentifier(text);
  if (identifier === undefined) throw new Error(`\`${key}\` is no key of a database`);
  return { region, identifier };
}

function keyOf({ region, identifier }: DatabaseLocation): string {
  return `${region}/${identifier}`;
}
