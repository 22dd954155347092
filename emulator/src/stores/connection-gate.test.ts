import { describe, expect, test } from "vitest";
import { FixedClock } from "../../test/support/fixed-clock.ts";
import { type Cluster, createConnectionAuthorizer } from "../auth/index.ts";
import type { AccountId, ClusterIdentifier } from "../dsql/index.ts";
import { MemoryConnectionGate } from "./connection-gate.ts";
import { MemoryClusterDirectory } from "./memory-cluster-directory.ts";
import { unmappedRoleMappingStore } from "./unmapped-role-mapping-store.ts";

function clusterNamed(letter: string): Cluster {
  const identifier = letter.repeat(26) as ClusterIdentifier;
  const accountId = "123456789012" as AccountId;
  const arn = `arn:aws:dsql:us-east-1:${accountId}:cluster/${identifier}`;
  return { identifier, region: "us-east-1", accountId, arn, status: "ACTIVE" };
}

const A = clusterNamed("a");
const B = clusterNamed("b");
const LIMITS = {
  connectionRatePerSecond: 4,
  connectionRateBucket: 3,
  maxConnectionsPerCluster: 2,
};

function gateWithClock(limits = LIMITS): { gate: MemoryConnectionGate; clock: FixedClock } {
  const clock = new FixedClock();
  return { gate: new MemoryConnectionGate(limits, clock), clock };
}

/** How many connections in a row the rate lets pass, out of ten. */
function passing(gate: MemoryConnectionGate, cluster = A): number {
  return Array.from({ length: 10 }, () => gate.takeFromRate(cluster)).filter(Boolean).length;
}

describe("the rate of new connections", () => {
  test("lets as many pass at once as the bucket holds", () => {
    expect(passing(gateWithClock().gate)).toBe(3);
  });

  test("is counted for each cluster", () => {
    const { gate } = gateWithClock();
    expect([passing(gate, A), passing(gate, B), passing(gate, A)]).toEqual([3, 3, 0]);
  });

  test.each([
    [249, 0],
    [250, 1],
    [500, 2],
    [3_600_000, 3],
  ])("%i ms after the bucket was emptied, %i pass at 4 a second", (ms, expected) => {
    const { gate, clock } = gateWithClock();
    passing(gate);
    clock.advance(ms);
    expect(passing(gate)).toBe(expected);
  });

  test("begins anew when the buckets are filled", () => {
    const { gate } = gateWithClock();
    passing(gate);
    gate.refill();
    expect(passing(gate)).toBe(3);
  });

  test("adds up parts of a token over refused attempts", () => {
    const { gate, clock } = gateWithClock();
    passing(gate);
    const outcomes = Array.from({ length: 10 }, () => {
      clock.advance(50);
      return gate.takeFromRate(A);
    });
    expect(outcomes.flatMap((passed, index) => (passed ? [index] : []))).toEqual([4, 9]);
  });

  test("loses nothing when the clock is moved back, and goes on from there", () => {
    const { gate, clock } = gateWithClock();
    expect(gate.takeFromRate(A)).toBe(true);
    clock.advance(-86_400_000);
    expect(passing(gate)).toBe(2);
    clock.advance(250);
    expect(passing(gate)).toBe(1);
  });
});

describe("the places of a cluster", () => {
  test("are as many as the limit says, for each cluster", () => {
    const { gate } = gateWithClock();
    const taken = [A, A, A, B].map((cluster, index) => gate.takePlace(cluster, `session-${index}`));
    expect(taken).toEqual([true, true, false, true]);
  });

  test("can be taken again when a connection is over", () => {
    const { gate } = gateWithClock();
    for (const session of ["one", "two"]) gate.takePlace(A, session);
    gate.givePlaceBack("one");
    expect([gate.takePlace(A, "three"), gate.takePlace(A, "four")]).toEqual([true, false]);
  });

  test("a connection gives its place back once, however often it says that it is over", () => {
    const { gate } = gateWithClock();
    for (const session of ["one", "two"]) gate.takePlace(A, session);
    for (let times = 0; times < 3; times += 1) gate.givePlaceBack("one");
    expect([gate.takePlace(A, "three"), gate.takePlace(A, "four")]).toEqual([true, false]);
  });

  test("a connection takes one place, however often it asks", () => {
    const { gate } = gateWithClock();
    const taken = ["one", "one", "one", "two", "three"].map((id) => gate.takePlace(A, id));
    expect(taken).toEqual([true, true, true, true, false]);
    gate.givePlaceBack("one");
    expect(gate.takePlace(A, "three")).toBe(true);
  });

  test("a connection that got none gives none back", () => {
    const { gate } = gateWithClock();
    for (const session of ["one", "two", "refused"]) gate.takePlace(A, session);
    gate.givePlaceBack("refused");
    gate.givePlaceBack("never seen");
    expect(gate.takePlace(A, "three")).toBe(false);
  });

  test("none is there under a limit of 0", () => {
    const { gate } = gateWithClock({ ...LIMITS, maxConnectionsPerCluster: 0 });
    expect(gate.takePlace(A, "one")).toBe(false);
  });
});

describe("connections that all come before one of them is authorized", () => {
  const rate = { connectionRatePerSecond: 100, connectionRateBucket: 1000 };

  /** Lets that many clients ask for admission at once. Returns what became of each. */
  async function admitAtOnce(count: number, gate: MemoryConnectionGate): Promise<string[]> {
    const clock = new FixedClock();
    const authorizer = createConnectionAuthorizer({
      clock,
      mode: "strict",
      onDecision: () => undefined,
      ports: {
        gate,
        clusters: new MemoryClusterDirectory({ clusters: [A], aliases: new Map() }),
        accessKeys: { findAccessKey: () => ({ kind: "unknown", reason: "there is none" }) },
        networks: { networkOf: () => undefined },
        policies: { policiesFor: () => ({ identity: [] }) },
        roleMappings: unmappedRoleMappingStore,
      },
    });
    const verdicts = Array.from({ length: count }, (_, index) =>
      authorizer.admit({
        sessionId: `${index}`.padStart(26, "0"),
        receivedAt: clock.now(),
        clientAddress: "127.0.0.1",
        isEncrypted: true,
        serverName: `${A.identifier}.dsql.us-east-1.on.aws`,
        requestedUser: "admin",
        requestedDatabase: "postgres",
        clusterOption: undefined,
        settings: new Map(),
      }),
    );
    return (await Promise.all(verdicts)).map((verdict) =>
      verdict.kind === "refused" ? verdict.refusal.code : "admitted",
    );
  }

  test("get no more places than there are", async () => {
    const limits = { ...rate, maxConnectionsPerCluster: 7 };
    const outcomes = await admitAtOnce(500, new MemoryConnectionGate(limits, new FixedClock()));
    expect(outcomes).toEqual([
      ...new Array<string>(7).fill("admitted"),
      ...new Array<string>(493).fill("too_many_connections"),
    ]);
  });

  test("beyond the rate get no place", async () => {
    const limits = { ...rate, maxConnectionsPerCluster: 1001 };
    const gate = new MemoryConnectionGate(limits, new FixedClock());
    const outcomes = await admitAtOnce(1003, gate);
    expect(outcomes.filter((code) => code === "admitted").length).toBe(1000);
    expect(outcomes.slice(1000)).toEqual(new Array(3).fill("connection_rate_exceeded"));
    expect([gate.takePlace(A, "one"), gate.takePlace(A, "two")]).toEqual([true, false]);
  });
});
