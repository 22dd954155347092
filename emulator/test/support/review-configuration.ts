/** Reviews of configurations that a test writes down, without emulator and engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  loadForReview,
  openFileReviews,
  reviewConfiguration,
} from "../../src/compose/access-offline.ts";
import type { Reviews } from "../../src/compose/access.ts";
import { DSQL_OPERATION_NAMES } from "../../src/compose/coverage.ts";
import { examine, type Examined, type Finding } from "../../src/review/index.ts";

export { openFileReviews };

export const REVIEW_ACCOUNT = "123456789012";
export const REVIEW_NOW = new Date("2026-01-15T12:00:00.000Z");
export const REVIEW_CLUSTER = "dsqlemulatorlocalcluster2a";
export const REVIEW_CLUSTER_ARN = `arn:aws:dsql:us-east-1:${REVIEW_ACCOUNT}:cluster/${REVIEW_CLUSTER}`;

/** A policy with these statements. */
export function policyOf(...statements: readonly object[]): object {
  return { Version: "2012-10-17", Statement: statements };
}

/** The ARN of a user or role, such as `user/app`. */
export function arnOf(path: string, accountId = REVIEW_ACCOUNT): string {
  return `arn:aws:iam::${accountId}:${path}`;
}

/** What a test changes of an account and a cluster in which everything is right. */
export interface Declared {
  readonly account?: object;
  readonly cluster?: object;
  readonly more?: object;
}

/** The statement that lets the user `app` in. */
export const CONNECT = {
  Sid: "Connect",
  Effect: "Allow",
  Action: "dsql:DbConnect",
  Resource: REVIEW_CLUSTER_ARN,
};

/** The user `app` with statements in its policy. */
export function appUser(...statements: readonly object[]): object {
  return {
    name: "app",
    accessKeys: [{ id: "AKIAFAKEFAKEFAKE0001", secret: "fake-secret-app" }],
    policies: [{ name: "own", document: policyOf(...statements) }],
  };
}

/** The user `app` is allowed to connect, and mapped to the role `app`. */
export function declaredConfiguration({ account, cluster, more }: Declared = {}): object {
  return {
    defaultUser: false,
    accounts: [{ id: REVIEW_ACCOUNT, users: [appUser(CONNECT)], ...account }],
    clusters: [
      {
        identifier: REVIEW_CLUSTER,
        databaseRoles: [{ name: "app", arns: [arnOf("user/app")] }],
        ...cluster,
      },
    ],
    ...more,
  };
}

/** Reviews of the content of a configuration file. */
export function reviewsOf(configuration: object, now = REVIEW_NOW): Reviews {
  const directory = mkdtempSync(join(tmpdir(), "review-"));
  try {
    const text = JSON.stringify(configuration);
    const config = loadForReview(join(directory, "given.json"), text, directory);
    return reviewConfiguration(config, now);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Findings in what is declared; `change` may alter what is examined. */
export async function findingsOf(
  declared: Declared,
  change: (examined: Examined) => Examined = (examined) => examined,
): Promise<readonly Finding[]> {
  const examined = await reviewsOf(declaredConfiguration(declared)).examined();
  return examine(change({ ...examined, connections: [], knownActions: DSQL_OPERATION_NAMES }));
}
