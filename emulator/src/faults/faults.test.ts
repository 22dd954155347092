import { beforeEach, describe, expect, test } from "vitest";
import { type FaultReport, Faults } from "./index.ts";

const CLUSTER = "abcdefghijklmnopqrstuvwxyz";
const PLACE = { account: "123456789012", region: "us-east-1", cluster: CLUSTER };
const GET = { operation: "dsql:GetCluster", ...PLACE };
const ERROR = { error: { code: "ThrottlingException" } };

let waits: number[];
let faults: Faults;

beforeEach(() => {
  waits = [];
  faults = new Faults({
    operations: ["dsql:GetCluster", "dsql:ListClusters", "iam:GetUser", "sts:AssumeRole"],
    connectSteps: ["tls-and-sni", "access-key"],
    wait: async (ms) => {
      waits.push(ms);
    },
  });
});

function add(rule: object): FaultReport {
  const added = faults.add(rule);
  if (added.kind === "refused") throw new Error(added.problems.join("; "));
  return added.fault;
}

function problems(rule: unknown): readonly string[] {
  const added = faults.add(rule);
  return added.kind === "refused" ? added.problems : [];
}

/** Which of so many calls failed, by number from 1. */
async function failing(calls: number, call = GET): Promise<readonly number[]> {
  const failed: number[] = [];
  for (let number = 1; number <= calls; number += 1) {
    if ((await faults.beforeCall(call)) !== undefined) failed.push(number);
  }
  return failed;
}

describe("a rule", () => {
  test("is shown as it was given, with its id and what has become of it", async () => {
    const rule = {
      target: { operation: "dsql:GetCluster" },
      account: "123456789012",
      region: "us-east-1",
      cluster: CLUSTER,
      effect: {
        latencyMs: 5,
        error: { code: "Odd.Error", message: "m", httpStatus: 418, retryAfterSeconds: 3 },
      },
      when: { every: 2 },
    };
    expect(add(rule)).toStrictEqual({ id: "fault-1", ...rule, matched: 0, fired: 0 });
    expect(await failing(5)).toStrictEqual([2, 4]);
    const drop = { target: { connectStep: "access-key" }, effect: { drop: true } };
    add(drop);
    expect(faults.list()).toStrictEqual([
      { id: "fault-1", ...rule, matched: 5, fired: 2 },
      { id: "fault-2", ...drop, matched: 0, fired: 0 },
    ]);
  });

  test("is refused with everything that is wrong with it", () => {
    const wrong = {
      target: { operation: "dsql:GetClustr", step: "x" },
      account: "1",
      region: "nowhere",
      cluster: 7,
      effect: { error: { message: "" }, drop: false, latencyMs: 0.5 },
      when: { count: 0, every: "2" },
      extra: null,
    };
    expect(problems(wrong)).toStrictEqual([
      "`target.step` is not known here",
      "`target.operation` names no operation that there is: `dsql:GetClustr`",
      "`account` is not twelve digits",
      "`region` is not the name of a region, like us-east-1",
      "`cluster` is not a text",
      "`effect.latencyMs` is no whole number from 1 to 600000",
      "`effect.drop` takes only true",
      "`effect.error.message` is not 1 to 1000 characters",
      "`effect.error.code` is missing",
      "`effect` takes one of `error` and `drop`",
      "`when` takes one of `count`, `every` and `probability`",
      "`when.count` is no whole number from 1 to 1000000000",
      "`when.every` is no whole number from 1 to 1000000000",
      "`extra` is not known here",
    ]);
    expect(faults.list()).toStrictEqual([]);
  });

  test.each<[unknown, readonly string[]]>([
    [null, ["the rule is no JSON object"]],
    [[], ["the rule is no JSON object"]],
    [{}, ["`target` is missing", "`effect` is missing"]],
    [
      { target: {}, effect: {} },
      [
        "`target` takes one of `operation` and `connectStep`",
        "`effect` takes `error`, `drop` or `latencyMs`, or `latencyMs` and one of the others",
      ],
    ],
    [
      { target: { connectStep: "query" }, effect: { drop: true } },
      ["`target.connectStep` is none of tls-and-sni, access-key"],
    ],
    [
      { target: { operation: "iam:*" }, effect: { error: { code: "Odd" } } },
      ["`effect.error.httpStatus` is missing, and `Odd` is none of the common errors"],
    ],
    [
      {
        target: { operation: "iam:*" },
        effect: { error: { code: "Throttling", retryAfterSeconds: 1 } },
      },
      ["`effect.error.retryAfterSeconds` is for operations of dsql"],
    ],
    [
      { target: { connectStep: "access-key" }, effect: { error: { code: "x", httpStatus: 500 } } },
      [
        "`effect.error.code` is not a SQLSTATE, five digits and capital letters",
        "`effect.error.httpStatus` is not known here",
      ],
    ],
    [
      { target: { operation: "*" }, effect: { drop: true }, when: { probability: 0.5 } },
      ["`when` takes `probability` and `seed` together"],
    ],
    [
      { target: { operation: "*" }, effect: { drop: true }, when: { probability: 1.1, seed: -1 } },
      [
        "`when.probability` is no number from 0 to 1",
        "`when.seed` is no whole number from 0 to 4294967295",
      ],
    ],
  ])("like %j is refused", (rule, expected) => {
    expect(problems(rule)).toStrictEqual(expected);
  });

  test("is gone when it is deleted, and its id is not given again", async () => {
    add({ target: { operation: "*" }, effect: ERROR });
    expect(faults.remove("fault-1")).toBe(true);
    expect(faults.remove("fault-1")).toBe(false);
    expect(await failing(2)).toStrictEqual([]);
    expect(add({ target: { operation: "*" }, effect: ERROR }).id).toBe("fault-2");
    faults.clear();
    expect(await failing(2)).toStrictEqual([]);
  });
});

describe("a call", () => {
  test.each([
    ["*", true],
    ["dsql:*", true],
    ["dsql:Get*", true],
    ["dsql:GetCluster", true],
    ["dsql:ListClusters", false],
    ["iam:Get*", false],
  ])("of dsql:GetCluster fails by a rule for %s: %s", async (operation, isFailing) => {
    add({ target: { operation }, effect: { drop: true } });
    expect(await faults.beforeCall(GET)).toStrictEqual(isFailing ? { kind: "drop" } : undefined);
  });

  test.each([
    { account: "210987654321" },
    { region: "eu-west-1" },
    { cluster: CLUSTER.replace("a", "b") },
    { cluster: undefined },
  ])("elsewhere is let be: %j", async (elsewhere) => {
    add({ target: { operation: "*" }, ...PLACE, effect: { drop: true } });
    expect(await faults.beforeCall({ ...GET, ...elsewhere })).toBeUndefined();
    expect(await faults.beforeCall(GET)).toStrictEqual({ kind: "drop" });
    expect(faults.list()).toMatchObject([{ matched: 1, fired: 1 }]);
  });

  test.each([
    ["dsql:GetCluster", "ThrottlingException", 429],
    ["dsql:GetCluster", "InternalServerException", 500],
    ["dsql:GetCluster", "ServiceUnavailable", 503],
    ["iam:GetUser", "Throttling", 400],
    ["iam:GetUser", "InternalFailure", 500],
    ["sts:AssumeRole", "ServiceUnavailable", 503],
  ])("of %s fails with %s and status %i", async (operation, code, httpStatus) => {
    add({ target: { operation }, effect: { error: { code } } });
    expect(await faults.beforeCall({ ...GET, operation })).toStrictEqual({
      kind: "error",
      code,
      httpStatus,
      message: "The emulator injected this error by rule fault-1.",
      retryAfterSeconds: undefined,
    });
  });

  test("meets all rules up to one that ends it, and waits for their sum", async () => {
    const target = { operation: "*" };
    add({ target, effect: { latencyMs: 30 } });
    add({ target, effect: { latencyMs: 12, drop: true } });
    add({ target, effect: { latencyMs: 100 } });
    expect(await faults.beforeCall(GET)).toStrictEqual({ kind: "drop" });
    expect(waits).toStrictEqual([42]);
    expect(faults.list().map(({ matched, fired }) => [matched, fired])).toStrictEqual([
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
  });

  test("that waits does not hold up another", async () => {
    let release: () => void = () => undefined;
    const slow = new Faults({
      operations: ["dsql:GetCluster"],
      connectSteps: [],
      wait: () => new Promise((resolve) => (release = resolve)),
    });
    slow.add({ target: { operation: "*" }, effect: { latencyMs: 5 }, when: { count: 1 } });
    let isDone = false;
    const first = slow.beforeCall(GET).then(() => (isDone = true));
    expect(await slow.beforeCall(GET)).toBeUndefined();
    expect(isDone).toBe(false);
    release();
    await first;
    expect(isDone).toBe(true);
  });
});

describe("a schedule", () => {
  test.each<[object | undefined, readonly number[]]>([
    [undefined, [1, 2, 3, 4, 5, 6]],
    [{ count: 2 }, [1, 2]],
    [{ every: 3 }, [3, 6]],
    [{ probability: 0, seed: 1 }, []],
    [{ probability: 1, seed: 1 }, [1, 2, 3, 4, 5, 6]],
  ])("%j fires on the matches %j of six", async (when, expected) => {
    add({ target: { operation: "*" }, effect: ERROR, ...(when && { when }) });
    expect(await failing(6)).toStrictEqual(expected);
  });

  test("of chance is the same for the same seed, and hits as often as it says", async () => {
    const rule = (seed: number): object => ({
      target: { operation: "*" },
      effect: { drop: true },
      when: { probability: 0.3, seed },
    });
    const runs: (readonly number[])[] = [];
    for (const seed of [7, 7, 8]) {
      faults.clear();
      add(rule(seed));
      runs.push(await failing(2000));
    }
    expect(runs[1]).toStrictEqual(runs[0]);
    expect(runs[2]).not.toStrictEqual(runs[0]);
    for (const { length } of runs) {
      expect(length).toBeGreaterThan(540);
      expect(length).toBeLessThan(660);
    }
  });
});

describe("a step of a connection", () => {
  const STEP = { step: "access-key", ...PLACE };

  test.each<[object, unknown]>([
    [{ latencyMs: 9 }, { latencyMs: 9, end: { kind: "none" } }],
    [{ drop: true }, { latencyMs: 0, end: { kind: "drop" } }],
    [
      { error: { code: "57P03", message: "m" } },
      { latencyMs: 0, end: { kind: "error", sqlState: "57P03", message: "m" } },
    ],
    [
      { error: {} },
      { latencyMs: 0, end: { kind: "error", sqlState: undefined, message: undefined } },
    ],
  ])("fails by a rule with the effect %j", async (effect, expected) => {
    add({ target: { connectStep: "access-key" }, effect });
    expect(await faults.beforeStep(STEP)).toStrictEqual({
      ruleIds: ["fault-1"],
      ...(expected as object),
    });
    expect(await faults.beforeStep({ ...STEP, step: "tls-and-sni" })).toBeUndefined();
    expect(await faults.beforeCall(GET)).toBeUndefined();
  });
});
