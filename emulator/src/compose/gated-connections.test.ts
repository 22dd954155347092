import { expect, test } from "vitest";
import type { ConnectionAuthorizer } from "../auth/index.ts";
import { GatedConnections } from "./gated-connections.ts";

type Authorize = ConnectionAuthorizer["authorize"];

const SESSION = {
  attempt: { sessionId: "a" },
  cluster: { identifier: "gone", status: "ACTIVE" },
} as unknown as Parameters<Authorize>[0];
const NO_CLUSTERS = { findCluster: () => undefined };
const PASSWORD = "" as unknown as Parameters<Authorize>[1];

function authorizer(kind: "admitted" | "refused"): ConnectionAuthorizer {
  return {
    admit: () => {
      throw new Error("nobody is admitted here");
    },
    authorize: async () => ({ kind }) as unknown as Awaited<ReturnType<Authorize>>,
  };
}

/** Whether the state could be changed now. */
async function isEmpty(gated: GatedConnections): Promise<boolean> {
  let hasRun = false;
  const change = gated.gate.exclusively(async () => {
    hasRun = true;
  });
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  const result = hasRun;
  gated.arrived("a");
  await change;
  return result;
}

test("a connection that is let in holds the state until its session is open", async () => {
  const gated = new GatedConnections();
  await gated.authorizer(authorizer("admitted"), NO_CLUSTERS).authorize(SESSION, PASSWORD);
  expect(await isEmpty(gated)).toBe(false);
  expect(await isEmpty(gated)).toBe(true);
});

test("a connection that is refused holds nothing", async () => {
  const gated = new GatedConnections();
  await gated.authorizer(authorizer("refused"), NO_CLUSTERS).authorize(SESSION, PASSWORD);
  expect(await isEmpty(gated)).toBe(true);
});

test("a connection waits while the state is changed", async () => {
  const gated = new GatedConnections();
  const order: string[] = [];
  let finish: () => void = () => undefined;
  const change = gated.gate.exclusively(
    () =>
      new Promise<void>((resolve) => {
        finish = () => {
          order.push("changed");
          resolve();
        };
      }),
  );
  await Promise.resolve();
  const decided = Promise.resolve(
    gated.authorizer(authorizer("refused"), NO_CLUSTERS).authorize(SESSION, PASSWORD),
  ).then(() => order.push("decided"));
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  finish();
  await Promise.all([change, decided]);
  expect(order).toEqual(["changed", "decided"]);
});

test("a cluster that has gone since the admission is a deleted one, and one that has changed is as it is now", async () => {
  const seen: unknown[] = [];
  const inner: ConnectionAuthorizer = {
    ...authorizer("refused"),
    authorize: async ({ cluster }) => {
      seen.push(cluster);
      return { kind: "refused" } as unknown as Awaited<ReturnType<Authorize>>;
    },
  };
  const now = { ...SESSION.cluster, tags: { stage: "test" } };
  await new GatedConnections().authorizer(inner, NO_CLUSTERS).authorize(SESSION, PASSWORD);
  await new GatedConnections()
    .authorizer(inner, { findCluster: () => now })
    .authorize(SESSION, PASSWORD);
  expect(seen).toEqual([{ ...SESSION.cluster, status: "DELETED" }, now]);
});
