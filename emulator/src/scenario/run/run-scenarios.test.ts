import { describe, expect, test } from "vitest";
import type { Scenario } from "../format/scenario.ts";
import { runScenarios } from "./run-scenarios.ts";

function scenario(name: string, config?: Scenario["config"]): Scenario {
  const place = { file: "a.yaml", line: 1, column: 1 };
  return { name, rule: undefined, place, config, variables: {}, steps: [] };
}

const SCENARIOS = ["a", "b", "c", "d"].map((name) => scenario(name));

describe("runScenarios", () => {
  test("tells the reason of one whose emulator does not start, and goes on", async () => {
    const seen: string[] = [];
    const results = await runScenarios(SCENARIOS, {
      target: { kind: "own", start: async () => Promise.reject(new Error("no port")) },
      jobs: 1,
      isBailing: false,
      onResult: (result) => seen.push(result.scenario.name),
    });
    expect(seen).toEqual(["a", "b", "c", "d"]);
    expect(results.map(({ kind }) => kind)).toEqual(["failed", "failed", "failed", "failed"]);
    expect(results[0]).toMatchObject({
      step: undefined,
      failure: { expected: "the step to be carried out", seen: "no port" },
    });
  });

  test("starts none after a failure when it is to bail", async () => {
    const results = await runScenarios(SCENARIOS, {
      target: { kind: "own", start: async () => Promise.reject(new Error("no")) },
      jobs: 1,
      isBailing: true,
    });
    expect(results.map(({ kind }) => kind)).toEqual(["failed", "skipped", "skipped", "skipped"]);
    expect(results[3]).toMatchObject({ reason: "not started, since one before it has failed" });
  });

  test("starts none when it was stopped", async () => {
    const stopped = new AbortController();
    const results = await runScenarios(SCENARIOS, {
      target: {
        kind: "own",
        start: async () => {
          stopped.abort();
          throw new Error("no");
        },
      },
      jobs: 1,
      isBailing: false,
      signal: stopped.signal,
    });
    expect(results.map(({ kind }) => kind)).toEqual(["failed", "skipped", "skipped", "skipped"]);
    expect(results[1]).toMatchObject({ reason: "not started, since the run was stopped" });
  });

  test("runs as many at a time as it may, and tells results in the order of the scenarios", async () => {
    let running = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const release = (): void => {
      // Two are waiting: the later one ends first.
      if (waiting.length === 2) waiting.pop()?.();
      else if (running === 1) waiting.shift()?.();
    };
    const finished: string[] = [];
    const run = runScenarios(SCENARIOS, {
      target: {
        kind: "own",
        start: async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
            setImmediate(release);
          });
          running -= 1;
          setImmediate(release);
          throw new Error("enough");
        },
      },
      jobs: 2,
      isBailing: false,
      onResult: (result) => finished.push(result.scenario.name),
    });
    const results = await run;
    expect(most).toBe(2);
    expect(finished[0]).toBe("b");
    expect(results.map((result) => result.scenario.name)).toEqual(["a", "b", "c", "d"]);
  });

  test("skips what needs a configuration on an emulator that runs", async () => {
    const emulator = {
      pid: 1,
      postgres: { host: "127.0.0.1", port: 1 },
      http: { url: "http://127.0.0.1:1" },
      caCertificate: "",
      region: "us-east-1",
      accountId: "123456789012",
      credentials: { accessKeyId: "AKIAEXAMPLEFAKEKEY01", secretAccessKey: "fake" },
      clusters: [],
      stop: async () => undefined,
    };
    const [result] = await runScenarios([scenario("a", { host: "h" })], {
      target: { kind: "running", emulator, keepsState: false },
      jobs: 4,
      isBailing: false,
    });
    expect(result).toMatchObject({
      kind: "skipped",
      reason: "has a configuration of its own, which a running emulator cannot take",
    });
  });
});
