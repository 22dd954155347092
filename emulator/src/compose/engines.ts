/** The database engines of the clusters. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "../auth/index.ts";
import type { DatabaseLocation } from "../clusters/index.ts";
import type { EmulatorConfig } from "../config/index.ts";
import {
  createPgliteEngine,
  type MultiplexerEvent,
  type PgliteEngine,
  startPgliteProcess,
} from "../engine/index.ts";
import type { EngineDirectory } from "../session/index.ts";
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

/** One engine per database, made when the first session asks for it. */
export function createEngines({ config, databaseOf, onEvent }: EnginesOptions): Engines {
  const { limits, dataDirectory } = config;
  const engines = new Map<string, PgliteEngine>();
  const marks = new SeedMarks(dataDirectory);
  const directoryOf = ({ region, identifier }: DatabaseLocation): string | undefined =>
    dataDirectory === undefined ? undefined : join(dataDirectory, "clusters", region, identifier);

  const make = (database: DatabaseLocation): PgliteEngine => {
    const key = keyOf(database);
    const mark: BeginningMark = {
      isSet: () => marks.has(key),
      set: () => marks.add(key),
    };
    const engine = createPgliteEngine({
      transactionWaitMs: limits.transactionWaitMs,
      startProcess: () =>
        startPgliteProcess({
          dataDirectory: directoryOf(database),
          statementWatchdogMs: limits.statementWatchdogMs,
          memoryLimitMiB: limits.memoryLimitMiB,
        }),
      onEvent: (event) => {
        // In memory, what is lost begins anew.
        if (event.type === "engine-lost" && dataDirectory === undefined) void marks.remove(key);
        onEvent(key, event);
      },
    });
    const declared = config.clusters.find(({ identifier }) => identifier === database.identifier);
    return declared === undefined ? engine : seededEngine(engine, declared, mark);
  };

  return {
    engineOf: (cluster) => {
      const database = databaseOf(cluster);
      const engine = engines.get(keyOf(database)) ?? make(database);
      engines.set(keyOf(database), engine);
      return engine;
    },
    drop: async (database) => {
      const key = keyOf(database);
      const engine = engines.get(key);
      engines.delete(key);
      await engine?.stop();
      const directory = directoryOf(database);
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
      await marks.remove(key);
    },
    stop: async () => {
      await Promise.allSettled([...engines.values()].map((engine) => engine.stop()));
    },
  };
}

function keyOf({ region, identifier }: DatabaseLocation): string {
  return `${region}/${identifier}`;
}
