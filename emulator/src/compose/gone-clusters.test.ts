import { describe, expect, test } from "vitest";
import type { ClusterView } from "../clusters/index.ts";
import { type ForgetfulParts, type GoneCluster, GoneClusters } from "./gone-clusters.ts";

function gone(identifier: string, isDatabaseUnused = true): GoneCluster {
  const database = { region: "us-east-1", identifier } as ClusterView["database"];
  return { kind: "gone", cluster: { database } as ClusterView, isDatabaseUnused };
}

function logged(log: string[], keep: () => Promise<void>): ForgetfulParts {
  return {
    markForDrop: ({ identifier }) => log.push(`mark ${identifier}`),
    unmark: ({ identifier }) => log.push(`unmark ${identifier}`),
    keepClusters: async () => {
      log.push("keep");
      await keep();
    },
    endSessionsOf: async ({ database }) => {
      log.push(`end ${database.identifier}`);
    },
    drop: async ({ identifier }) => {
      log.push(`drop ${identifier}`);
    },
    onError: (error) => log.push(String(error)),
  };
}

describe("GoneClusters", () => {
  test("removes data only when it is kept that the cluster is gone, also of those that went earlier", async () => {
    const log: string[] = [];
    const clusters = new GoneClusters();
    clusters.add(gone("a"));
    await clusters.start(logged(log, () => Promise.resolve()));
    expect(log).toEqual(["mark a", "keep", "end a", "drop a"]);
  });

  test("leaves the data of a pair that still has a cluster", async () => {
    const log: string[] = [];
    const clusters = new GoneClusters();
    clusters.add(gone("a", false));
    await clusters.start(logged(log, () => Promise.resolve()));
    expect(log).toEqual(["keep", "end a"]);
  });

  test("leaves everything when it cannot be kept", async () => {
    const log: string[] = [];
    const clusters = new GoneClusters();
    clusters.add(gone("a"));
    await clusters.start(logged(log, () => Promise.reject(new Error("no space"))));
    expect(log).toEqual(["mark a", "keep", "unmark a", "Error: no space"]);
  });
});
