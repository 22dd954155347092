/** Compares what an emulator has after a restart with what was acknowledged before. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect } from "vitest";
import type { ReadyInfo } from "../../src/index.ts";
import { apisOf, connectAdmin } from "./client.ts";
import type { AcknowledgedUser, Ledger } from "./load.ts";

interface State {
  readonly accounts: readonly {
    readonly users: readonly {
      readonly name: string;
      readonly accessKeys?: readonly { readonly id: string; readonly secret: string }[];
      readonly policies?: readonly { readonly name: string }[];
    }[];
  }[];
  readonly clusters: readonly {
    readonly identifier: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly policy?: object;
  }[];
}

/** Fails unless everything acknowledged is there and nothing is half. */
export async function checkKept(
  info: ReadyInfo,
  ledger: Ledger,
  dataDirectory: string,
): Promise<void> {
  await checkRows(info, ledger);
  const response = await fetch(`${info.http.url}/_emulator/state?secrets=true`);
  const state = (await response.json()) as State;
  await checkUsers(info, ledger, state);
  await checkClusters(info, ledger, state);
  checkFiles(dataDirectory, state);
}

async function checkRows(info: ReadyInfo, ledger: Ledger): Promise<void> {
  const client = await connectAdmin(info);
  const pairs = await client.query<{ number: number; sides: string }>(
    "SELECT number, string_agg(side, ' ' ORDER BY side) AS sides FROM pairs GROUP BY number",
  );
  const half = pairs.rows.filter(({ sides }) => sides !== "left right");
  expect(half, "transactions of which a part is there").toEqual([]);
  const present = new Set(pairs.rows.map(({ number }) => number));
  expect(lost(ledger.pairs, present), "committed rows that are lost").toEqual([]);
  const mappings = await client.query<{ arn: string }>("SELECT arn FROM sys.iam_pg_role_mappings");
  const arns = new Set(mappings.rows.map(({ arn }) => arn));
  expect(lost(ledger.mappings, arns), "mappings that are lost").toEqual([]);
  await client.end();
}

async function checkUsers(info: ReadyInfo, ledger: Ledger, state: State): Promise<void> {
  const users = new Map(
    state.accounts.flatMap((account) => account.users).map((user) => [user.name, user]),
  );
  const found = [...ledger.users.values()].map(({ name, key, policy }): AcknowledgedUser => {
    const user = users.get(name);
    const kept = user?.accessKeys?.find(({ id }) => id === key?.accessKeyId);
    return {
      name: user === undefined ? `${name} is lost` : name,
      ...(key === undefined || kept === undefined
        ? {}
        : { key: { accessKeyId: kept.id, secretAccessKey: kept.secret } }),
      ...(policy === undefined || user?.policies?.[0] === undefined
        ? {}
        : { policy: user.policies[0].name }),
    };
  });
  expect(found).toEqual([...ledger.users.values()]);
  const newest = [...ledger.users.values()].filter(({ key }) => key !== undefined).at(-1);
  if (newest?.key === undefined) return;
  const { sts } = apisOf(info, newest.key);
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe(`arn:aws:iam::${info.accountId}:user/${newest.name}`);
}

async function checkClusters(info: ReadyInfo, ledger: Ledger, state: State): Promise<void> {
  const clusters = new Map(state.clusters.map((cluster) => [cluster.identifier, cluster]));
  for (const [identifier, cluster] of ledger.clusters) {
    const found = clusters.get(identifier);
    if (cluster.deletion === "answered") expect(found, `${identifier} was deleted`).toBeUndefined();
    if (cluster.deletion !== undefined) {
      // It may be gone without an answer; from now on it is as it is.
      cluster.deletion = found === undefined ? "answered" : undefined;
      if (found === undefined) continue;
    }
    expect(found, `${identifier} was made`).toBeDefined();
    if (cluster.tag !== undefined) expect(found?.tags?.["made"]).toBe(cluster.tag);
    if (cluster.policy !== undefined)
      expect(found?.policy).toEqual(JSON.parse(cluster.policy) as object);
  }
  const alive = [...ledger.clusters.values()].filter(({ deletion }) => deletion === undefined);
  const newest = alive.at(-1);
  if (newest === undefined) return;
  const client = await connectAdmin(info, newest.endpoint);
  if (newest.hasRow === true) {
    expect((await client.query("SELECT id FROM kept")).rows).toEqual([{ id: 1 }]);
  } else {
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  }
  await client.end();
}

/** No drafts, and no data of clusters that are gone. */
function checkFiles(dataDirectory: string, state: State): void {
  expect(readdirSync(dataDirectory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  const folder = join(dataDirectory, "clusters", "us-east-1");
  const known = new Set(state.clusters.map(({ identifier }) => identifier));
  const names = existsSync(folder) ? readdirSync(folder) : [];
  expect(names.filter((name) => !known.has(name.replace(/\.lock$/, "")))).toEqual([]);
}

function lost<Item>(acknowledged: ReadonlySet<Item>, present: ReadonlySet<Item>): readonly Item[] {
  return [...acknowledged].filter((item) => !present.has(item));
}
