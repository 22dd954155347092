/** The database engines of the clusters. */
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cluster } from "../auth/index.ts";
import type { DatabaseLocation } from "../clusters/index.ts";
import type { ConfiguredCluster, EmulatorConfig } from "../config/index.ts";
import {
  createPgliteEngine,
  type MultiplexerEvent,
  type PgliteEngine,
  startPgliteProcess,
} from "../engine/index.ts";
import type { EngineDirectory } from "../session/index.ts";
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
  /** Ends the sessions and the engine of a database, and removes its data. */
  drop(database: DatabaseLocation): Promise<void>;
  stop(): Promise<void>;
}

/** One engine per database, started when the first session asks for it. */
export function createEngines({ config, databaseOf, onEvent }: EnginesOptions): Engines {
  const { limits, dataDirectory } = config;
  const pool = new EnginePool(limits.maxRunningEngines);
  const marks = new SeedMarks(dataDirectory);
  let temporary: string | undefined;
  const declaredOf = ({ identifier }: DatabaseLocation): ConfiguredCluster | undefined =>
    config.clusters.find((cluster) => cluster.identifier === identifier);

  /** Without a data directory, what the API makes is on disk too, for as long as the emulator runs, so that it can sleep. */
  const directoryOf = (database: DatabaseLocation): string | undefined => {
    const { region, identifier } = database;
    if (dataDirectory !== undefined) return join(dataDirectory, "clusters", region, identifier);
    if (declaredOf(database) !== undefined) return undefined;
    temporary ??= mkdtempSync(join(tmpdir(), "dsql-emulator-clusters-"));
    return join(temporary, region, identifier);
  };

  const makeDatabase = (database: DatabaseLocation): PooledDatabase => {
    const key = keyOf(database);
    const directory = directoryOf(database);
    const beginning = declaredOf(database);
    const mark: BeginningMark = { isSet: () => marks.has(key), set: () => marks.add(key) };
    return {
      isKept: directory !== undefined,
      makeEngine: () => {
        const engine = createPgliteEngine({
          transactionWaitMs: limits.transactionWaitMs,
          refusesRepeatedGrant: config.refuseRepeatedGrants,
          startProcess: () =>
            startPgliteProcess({
              dataDirectory: directory,
              statementWatchdogMs: limits.statementWatchdogMs,
              memoryLimitMiB: limits.memoryLimitMiB,
            }),
          onEvent: (event) => {
            // In memory, what is lost begins anew.
            if (event.type === "engine-lost" && directory === undefined) void marks.remove(key);
            onEvent(key, event);
          },
        });
        return beginning === undefined ? engine : seededEngine(engine, beginning, mark);
      },
    };
  };

  return {
    engineOf: (cluster) => {
      const database = databaseOf(cluster);
      return pool.engineOf(keyOf(database), () => makeDatabase(database));
    },
    drop: async (database) => {
      const key = keyOf(database);
      await pool.remove(key);
      const directory = directoryOf(database);
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
      await marks.remove(key);
    },
    stop: async () => {
      await pool.stop();
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    },
  };
}

function keyOf({ region, identifier }: DatabaseLocation): string {
  return `${region}/${identifier}`;
}
