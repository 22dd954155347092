/**
 * The published JSON Schema of the configuration file (draft 07, which editors know best). What a schema
 * cannot say (duplicates, references, policies) is in `resolve-accounts.ts` and `resolve-clusters.ts`.
 */
import { LIMITS } from "../dsql/index.ts";
import {
  DEFAULT_ACCOUNT_ID,
  DEFAULT_CLUSTER,
  DEFAULT_HOOK_TIMEOUT_SECONDS,
  DEFAULT_LIMITS,
  DEFAULT_REGION,
  DEFAULT_USER_NAME,
} from "./defaults.ts";
import { ACCOUNT_PROPERTIES } from "./iam-schema.ts";
import { NETWORK, ORGANIZATION } from "./organization-schema.ts";
import {
  ACCOUNT_ID,
  CLUSTER_ID,
  integer,
  type JsonSchema,
  list,
  object,
  REGION,
  SECRET,
  some,
  TAGS,
  text,
} from "./schema-parts.ts";

export type { JsonSchema } from "./schema-parts.ts";

const CLUSTER = object(
  "a cluster that is ACTIVE at the start",
  {
    identifier: CLUSTER_ID,
    region: { ...REGION, default: DEFAULT_REGION },
    account: { ...ACCOUNT_ID, description: "account id, in quotes; by default the first account" },
    tags: TAGS,
    deletionProtection: {
      type: "boolean",
      default: false,
      description: "whether DeleteCluster is refused",
    },
    policy: {
      type: "object",
      description: "the cluster's own (resource-based) policy, with Principal",
    },
    databaseRoles: list(
      "roles that the database begins with, with LOGIN",
      object(
        "a database role",
        {
          name: some("name of the role"),
          arns: list(
            "IAM users and roles that it is mapped to",
            text(
              "^arn:[\\w-]+:iam::[0-9]{12}:(user|role)/[!-~]+$",
              "the ARN of an IAM user or role",
            ),
          ),
        },
        ["name"],
      ),
    ),
    sql: list("statements that the database begins with, run as admin", some("SQL")),
    sqlFiles: list("files with such statements, relative to this file", some("file")),
  },
  ["identifier"],
);

const ALIAS_TARGET: JsonSchema = {
  description: "a cluster identifier, or cluster and region",
  if: { type: "string" },
  then: CLUSTER_ID,
  else: object("a cluster", { cluster: CLUSTER_ID, region: REGION }, ["cluster", "region"]),
};

const PORT = { type: "integer", minimum: 0, maximum: 65_535 };
const ONE_HOUR_MS = 3_600_000;
const ONE_DAY_MS = 86_400_000;

/** The schema that files are checked with. */
export const CONFIG_SCHEMA: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Configuration of dsql-emulator",
  type: "object",
  additionalProperties: false,
  properties: {
    host: { ...some("address to listen on"), default: "127.0.0.1" },
    pgPort: { ...PORT, default: 5432, description: "port of the PostgreSQL protocol; 0: any free" },
    httpPort: { ...PORT, default: 9432, description: "port of the HTTP APIs; 0: any free" },
    dataDir: some(
      "directory that keeps databases, CA and keys; without it databases live in memory",
    ),
    enforce: {
      enum: ["strict", "soft", "off"],
      default: "strict",
      description:
        "strict refuses, soft admits and records what would be refused, off does not check",
    },
    explainErrors: {
      type: "boolean",
      default: false,
      description: "tell refused clients the reason in DETAIL and HINT",
    },
    logFormat: { enum: ["pretty", "json"], default: "pretty", description: "form of log lines" },
    readyFile: some("file that is written when everything listens"),
    caFile: some("file that the CA certificate is copied to"),
    eventsFile: some("file that events are appended to, in the form of CloudTrail, a line each"),
    tls: object(
      "own server certificate, in place of one of the emulator's CA",
      {
        certificateFile: some("certificate chain, PEM"),
        keyFile: some("private key, PEM"),
      },
      ["certificateFile", "keyFile"],
    ),
    hooksDirectory: some("directory of files that are run before the emulator is ready"),
    hooks: object("how hooks are run", {
      onFailure: {
        enum: ["fail", "continue"],
        default: "fail",
        description: "what one that fails does: end the start, or nothing",
      },
      timeoutSeconds: integer(
        "time that a program among them has, in seconds",
        1,
        3600,
        DEFAULT_HOOK_TIMEOUT_SECONDS,
      ),
    }),
    cancelRequests: {
      enum: ["ignore", "honour"],
      default: "ignore",
      description: "what a CancelRequest does: nothing, as in DSQL, or interrupt the statement",
    },
    announceSessionExpiry: {
      type: "boolean",
      default: false,
      description: "tell a session that is closed for its age so, by FATAL 57P01",
    },
    refuseRepeatedGrants: {
      type: "boolean",
      default: false,
      description: "refuse AWS IAM GRANT of a mapping that is there; reports of DSQL differ",
    },
    clock: object("how the emulator's clock starts", {
      startAt: text(
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})$",
        "a moment such as 2026-01-15T12:00:00Z",
        "moment that it shows at the start; by default the system's time",
      ),
      frozen: { type: "boolean", default: false, description: "whether it stands still" },
    }),
    clusterLifecycle: object("how long clusters take to change, in milliseconds", {
      creatingMs: integer("CREATING", 0, ONE_DAY_MS, 0),
      updatingMs: integer("UPDATING", 0, ONE_DAY_MS, 0),
      deletingMs: integer("DELETING", 0, ONE_DAY_MS, 0),
      wakingMs: integer(
        "from the first connection to an INACTIVE cluster until it is awake",
        0,
        ONE_DAY_MS,
        0,
      ),
      idleAfterMs: {
        type: "integer",
        minimum: 1,
        description: "without a connection for so long a cluster is IDLE; never by default",
      },
      inactiveAfterMs: {
        type: "integer",
        minimum: 1,
        description: "without a connection for so long a cluster is INACTIVE; never by default",
      },
    }),
    defaultUser: {
      description: `false: no user ${DEFAULT_USER_NAME}; or its secret, which is generated otherwise`,
      if: { type: "boolean" },
      then: { const: false },
      else: object("the default user", { secret: SECRET }, ["secret"]),
    },
    accounts: {
      description: `accounts: a list, or a mapping by account id; by default ${DEFAULT_ACCOUNT_ID}`,
      if: { type: "array" },
      then: {
        type: "array",
        items: object("an account", { id: ACCOUNT_ID, ...ACCOUNT_PROPERTIES }, ["id"]),
      },
      else: {
        type: "object",
        propertyNames: ACCOUNT_ID,
        additionalProperties: object("an account", ACCOUNT_PROPERTIES),
      },
    },
    organization: ORGANIZATION,
    networks: list("networks; a connection that fits none comes from the internet", NETWORK),
    clusters: list(`clusters; by default one, ${DEFAULT_CLUSTER}`, CLUSTER),
    aliases: {
      type: "object",
      description: "further host names of clusters; localhost is the first cluster by default",
      propertyNames: text(
        "^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\\.?$",
        "a host name",
      ),
      additionalProperties: ALIAS_TARGET,
    },
    limits: object("limits that can be set", {
      maxConnectionsPerCluster: integer(
        "open connections of one cluster",
        1,
        1_000_000,
        LIMITS.maxConnectionsPerCluster.value,
      ),
      connectionRatePerSecond: integer(
        "new connections a second of one cluster, sustained",
        1,
        1_000_000,
        LIMITS.connectionRatePerSecond.value,
      ),
      connectionRateBucket: integer(
        "new connections of one cluster at once",
        1,
        1_000_000,
        LIMITS.connectionRateBucket.value,
      ),
      maxSessionSeconds: integer(
        "age at which a session is closed, in seconds",
        1,
        31_536_000,
        DEFAULT_LIMITS.maxSessionSeconds,
      ),
      maxTransactionSeconds: integer(
        "age at which a transaction can no longer be committed, in seconds",
        1,
        31_536_000,
        DEFAULT_LIMITS.maxTransactionSeconds,
      ),
      singleRegionClusters: integer(
        "single-Region clusters of one account in one region",
        0,
        100_000,
        DEFAULT_LIMITS.singleRegionClusters,
      ),
      multiRegionClusters: integer(
        "multi-Region clusters of one account in one region",
        0,
        100_000,
        DEFAULT_LIMITS.multiRegionClusters,
      ),
      maxRunningEngines: integer(
        "database engines that run at a time; the least recently used idle one is put to sleep",
        1,
        1000,
        DEFAULT_LIMITS.maxRunningEngines,
      ),
      transactionWaitMs: integer(
        "how long a session waits for the transaction of another one, in milliseconds",
        0,
        ONE_HOUR_MS,
        DEFAULT_LIMITS.transactionWaitMs,
      ),
      statementWatchdogMs: integer(
        "time after which a statement is interrupted, in milliseconds",
        1,
        16_999,
        DEFAULT_LIMITS.statementWatchdogMs,
      ),
      memoryLimitMiB: integer(
        "memory of one cluster's engine, in MiB",
        128,
        4096,
        DEFAULT_LIMITS.memoryLimitMiB,
      ),
    }),
  },
};
