/** The database engines of the clusters. */
import { join } from "node:path";
import type { Cluster } from "../auth/index.ts";
import type { EmulatorConfig } from "../config/index.ts";
import { createPgliteEngine, type MultiplexerEvent, startPgliteProcess } from "../engine/index.ts";
import type { EngineDirectory, SqlEngine } from "../session/index.ts";

/** What engines are made from. */
export interface EnginesOptions {
  readonly config: EmulatorConfig;
  /** @param cluster ARN */
  readonly onEvent: (cluster: string, event: MultiplexerEvent) => void;
}

/** One engine per cluster, made when the first session asks for it. */
export function createEngines({
  config,
  onEvent,
}: EnginesOptions): EngineDirectory & { stop(): Promise<void> } {
  const { limits, dataDirectory } = config;
  const engines = new Map<string, SqlEngine>();
  const make = (cluster: Cluster): SqlEngine =>
    createPgliteEngine({
      transactionWaitMs: limits.transactionWaitMs,
      startProcess: () =>
        startPgliteProcess({
          dataDirectory:
            dataDirectory === undefined
              ? undefined
              : join(dataDirectory, "clusters", cluster.region, cluster.identifier),
          statementWatchdogMs: limits.statementWatchdogMs,
          memoryLimitMiB: limits.memoryLimitMiB,
        }),
      onEvent: (event) => {
        onEvent(cluster.arn, event);
      },
    });
  return {
    engineOf: (cluster) => {
      const engine = engines.get(cluster.arn) ?? make(cluster);
      engines.set(cluster.arn, engine);
      return engine;
    },
    stop: async () => {
      await Promise.allSettled([...engines.values()].map((engine) => engine.stop()));
    },
  };
}
