/** The access matrix against real attempts: signed tokens through the connection pipeline. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openAccounts, type OpenedAccounts } from "../src/accounts/index.ts";
import {
  type AuthorizationPorts,
  type ConnectionAttempt,
  createConnectionAuthorizer,
} from "../src/auth/index.ts";
import { loadForReview, reviewConfiguration } from "../src/compose/access-offline.ts";
import { type ClusterStore, openClusters } from "../src/compose/cluster-store.ts";
import type { EmulatorConfig } from "../src/config/index.ts";
import type { AccessCell, Circumstances } from "../src/review/index.ts";
import { MemoryNetworkDirectory } from "../src/stores/index.ts";
import { randomNumbers } from "./fixtures/random-numbers.ts";
import { randomConfiguration } from "./fixtures/review/random-configuration.ts";
import { signToken } from "./fixtures/sigv4/sign-token.ts";

const SEED = 20_261_124;
const CONFIGURATIONS = 10;
const NOW = new Date("2026-01-15T12:00:00.000Z");
const clock = { now: () => NOW, schedule: () => () => undefined };

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An emulator without server and engine. */
class World {
  readonly #config: EmulatorConfig;
  readonly #opened: OpenedAccounts;
  readonly #store: ClusterStore;

  constructor(config: EmulatorConfig) {
    this.#config = config;
    this.#opened = openAccounts({
      accounts: config.accounts.map(({ membership, ...declared }) => ({ declared, membership })),
      dataDirectory: undefined,
      sessionKey: randomBytes(32),
      clock,
    });
    this.#store = openClusters({
      declared: config.clusters,
      aliases: [],
      dataDirectory: undefined,
      durations: {},
      quotas: {},
      clock,
      onEvent: () => undefined,
    });
  }

  /** Long-term keys of a user, or of a session with a second factor; a session of a role. */
  async credentialsOf(arn: string, hasMfa: boolean): Promise<Credentials> {
    const account = this.#config.accounts[0]!;
    const directory = this.#opened.accounts.directoryOf(account.accountId)!;
    const name = arn.slice(arn.lastIndexOf("/") + 1);
    const user = account.users.find((candidate) => candidate.name === name);
    if (user !== undefined && !hasMfa) {
      const { id, secret } = user.accessKeys[0]!;
      return { accessKeyId: id, secretAccessKey: secret };
    }
    return this.#opened.sessionTokens.issue({
      accountId: account.accountId,
      durationSeconds: 900,
      tags: {},
      transitiveTagKeys: [],
      ...(user === undefined
        ? {
            principal: {
              kind: "assumed-role",
              roleId: directory.findRole(arn)!.role.roleId,
              sessionName: "job",
            },
          }
        : {
            principal: { kind: "user", userId: directory.findUser(arn)!.userId },
            mfaAuthenticatedAt: NOW,
          }),
    });
  }

  /** Code of the refusal, or `admitted`. */
  async connect(
    { principal, cluster, databaseRole }: AccessCell,
    { sourceIp = "203.0.113.9", hasMfa = false, applicationName = "app" }: Circumstances,
  ): Promise<string> {
    const identifier = cluster.slice(cluster.lastIndexOf("/") + 1);
    const host = `${identifier}.dsql.us-east-1.on.aws`;
    const authorizer = createConnectionAuthorizer({
      ports: this.#ports(),
      clock,
      mode: "strict",
      onDecision: () => undefined,
    });
    const attempt: ConnectionAttempt = {
      sessionId: "a".repeat(26),
      receivedAt: NOW,
      clientAddress: sourceIp,
      isEncrypted: true,
      serverName: host,
      requestedUser: databaseRole,
      requestedDatabase: "postgres",
      clusterOption: undefined,
      settings: new Map([["application_name", applicationName]]),
    };
    const admitted = await authorizer.admit(attempt);
    if (admitted.kind === "refused") return admitted.refusal.code;
    const { accessKeyId, secretAccessKey, sessionToken } = await this.credentialsOf(
      principal,
      hasMfa,
    );
    const password = signToken({
      accessKeyId,
      secretAccessKey,
      sessionToken,
      host,
      signedAt: NOW,
      action: databaseRole === "admin" ? "DbConnectAdmin" : "DbConnect",
    });
    const verdict = await authorizer.authorize(admitted.admission, password);
    return verdict.kind === "refused" ? verdict.refusal.code : "admitted";
  }

  #ports(): AuthorizationPorts {
    const { accounts } = this.#opened;
    return {
      clusters: this.#store,
      gate: { takeFromRate: () => true, takePlace: () => true },
      accessKeys: accounts,
      networks: new MemoryNetworkDirectory(this.#config.networks),
      policies: {
        policiesFor: (principal, { identifier, region, accountId }) => ({
          ...accounts.policiesOf(principal, accountId),
          resource: this.#store.clusters.policyOf(identifier, region),
        }),
      },
      roleMappings: {
        isMapped: async ({ identifier }, { arn, issuerArn = arn }, role) =>
          this.#config.clusters
            .find((cluster) => cluster.identifier === identifier)!
            .databaseRoles.some(({ name, arns }) => name === role && arns.includes(issuerArn)),
      },
    };
  }
}

const ADDRESSES = ["203.0.113.9", "192.0.2.1", "198.51.100.7"];
const CIRCUMSTANCES = ADDRESSES.flatMap((sourceIp) =>
  [true, false].flatMap((hasMfa) =>
    ["psql", "app"].map((applicationName) => ({ sourceIp, hasMfa, applicationName, at: NOW })),
  ),
);

describe("the access matrix of random configurations", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "access-matrix-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  function load(random: () => number): EmulatorConfig {
    const file = join(directory, "random.json");
    const text = JSON.stringify(randomConfiguration(random));
    writeFileSync(file, text);
    return loadForReview(file, text, directory);
  }

  test("says of each cell what a connection finds, when all circumstances are given", async () => {
    const random = randomNumbers(SEED);
    const seen = new Map<string, number>();
    for (let round = 0; round < CONFIGURATIONS; round += 1) {
      const config = load(random);
      const world = new World(config);
      const circumstances = CIRCUMSTANCES[round % CIRCUMSTANCES.length]!;
      const { cells } = await reviewConfiguration(config, NOW).matrix({ circumstances });
      expect(cells).toHaveLength(30);
      for (const cell of cells) {
        const outcome = cell.access === "yes" ? "admitted" : `${cell.access} ${cell.code}`;
        const found = await world.connect(cell, circumstances);
        const expected = found === "admitted" ? found : `no ${found}`;
        expect([round, cell, outcome]).toEqual([round, cell, expected]);
        seen.set(expected, (seen.get(expected) ?? 0) + 1);
      }
    }
    // The sample would say little if it were one-sided.
    expect([...seen.keys()].sort()).toEqual(["admitted", "no iam_denied", "no role_not_mapped"]);
    expect(Math.min(...seen.values())).toBeGreaterThan(8);
  });

  test("says yes or no only where every circumstance leads to it, when none is given", async () => {
    const random = randomNumbers(SEED + 1);
    const outcomes = { yes: 0, no: 0, depends: 0, confirmed: 0 };
    for (let round = 0; round < CONFIGURATIONS; round += 1) {
      const config = load(random);
      const world = new World(config);
      const { cells } = await reviewConfiguration(config, NOW).matrix({ circumstances: {} });
      for (const cell of cells) {
        const found = new Set<boolean>();
        for (const circumstances of CIRCUMSTANCES) {
          found.add((await world.connect(cell, circumstances)) === "admitted");
        }
        outcomes[cell.access] += 1;
        if (cell.access === "depends") {
          expect(cell.dependsOn).not.toEqual([]);
          if (found.size === 2) outcomes.confirmed += 1;
        } else {
          expect([round, cell, [...found]]).toEqual([round, cell, [cell.access === "yes"]]);
        }
      }
    }
    const { yes, no, depends, confirmed } = outcomes;
    expect(yes + no + depends).toBe(CONFIGURATIONS * 30);
    expect(Math.min(yes, no, depends, confirmed)).toBeGreaterThan(8);
  });
});
