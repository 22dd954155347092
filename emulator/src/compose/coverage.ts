/** What a running emulator tells of itself: who can connect, what looks wrong, what has decided. */
import type { Accounts } from "../accounts/index.ts";
import type { DecisionLog, DecisionRecord } from "../audit/index.ts";
import type { Cluster } from "../auth/index.ts";
import type { EmulatorConfig } from "../config/index.ts";
import { AWS_OPERATIONS, type CallAuthorization } from "../control-plane/index.ts";
import { type CoverageReport, CoverageCounters, reportCoverage } from "../coverage/index.ts";
import type { PgliteEngine } from "../engine/index.ts";
import {
  type AccessMatrix,
  examine,
  type Finding,
  type MatrixQuestion,
  type ReviewedConnection,
} from "../review/index.ts";
import { MemoryNetworkDirectory } from "../stores/index.ts";
import { createReviews, type ReviewParts } from "./access.ts";
import { builtInArn } from "./built-in-user.ts";
import { readDatabaseRoles } from "./database-roles.ts";

/** What reviews of a running emulator are made from. */
export interface LiveReviewParts extends Pick<ReviewParts, "sessionTokens" | "store" | "clock"> {
  readonly config: EmulatorConfig;
  readonly accounts: Accounts;
  readonly log: DecisionLog;
  readonly engineOf: (cluster: Cluster) => PgliteEngine;
}

/** The reviews and the counters. */
export interface LiveReviews {
  readonly counters: CoverageCounters;
  matrix(question: MatrixQuestion): Promise<AccessMatrix>;
  findings(): Promise<readonly Finding[]>;
  report(): Promise<CoverageReport>;
  reset(): void;
  /** Decides on calls of AWS's APIs, and counts. */
  readonly authorization: CallAuthorization;
}

const DSQL_PREFIX = "dsql:";

/** Names of the operations of DSQL. */
export const DSQL_OPERATION_NAMES: readonly string[] = AWS_OPERATIONS.filter((name) =>
  name.startsWith(DSQL_PREFIX),
).map((name) => name.slice(DSQL_PREFIX.length));

/** Makes them; asking starts the engines of the clusters that are asked about. */
export function createLiveReviews(parts: LiveReviewParts): LiveReviews {
  const { config, accounts, log, clock, engineOf } = parts;
  const counters = new CoverageCounters(clock.now());
  const reviews = createReviews({
    ...parts,
    networks: new MemoryNetworkDirectory(config.networks),
    databaseRoles: (cluster) => readDatabaseRoles(engineOf(cluster)),
    builtInArn: builtInArn(config),
  });
  return {
    counters,
    matrix: (question) => reviews.matrix(question),
    findings: async () =>
      examine({
        ...(await reviews.examined()),
        connections: connectionsOf(log),
        knownActions: DSQL_OPERATION_NAMES,
      }),
    report: async () => reportCoverage(await reviews.estate(), counters),
    reset: () => {
      counters.reset(clock.now());
    },
    authorization: {
      authorize: (...question) => {
        const decision = accounts.authorize(...question);
        counters.recordDecision(decision);
        return decision;
      },
    },
  };
}

function connectionsOf(log: DecisionLog): readonly ReviewedConnection[] {
  return log
    .list({ limit: Number.MAX_SAFE_INTEGER })
    .flatMap(({ sessionId }) => log.find(sessionId) ?? [])
    .map(reviewedConnection);
}

function reviewedConnection(record: DecisionRecord): ReviewedConnection {
  const { principal, trace, connection } = record;
  const lifetime = trace.find(({ step }) => step === "lifetime")?.saw["expiresInSeconds"];
  return {
    sessionId: record.sessionId,
    at: new Date(record.decidedAt),
    outcome: record.outcome,
    databaseRole: record.requestedUser,
    clusterArn: record.clusterArn ?? undefined,
    principalArn: principal?.issuerArn ?? principal?.arn,
    applicationName: connection.applicationName ?? "",
    lifetimeSeconds: typeof lifetime === "number" ? lifetime : undefined,
  };
}
