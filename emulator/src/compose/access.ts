/** What reviews look at: everything of a running emulator, or of a configuration that nobody runs. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Accounts, OpenedAccounts } from "../accounts/index.ts";
import type { Cluster, NetworkDirectory } from "../auth/index.ts";
import type { EmulatorConfig } from "../config/index.ts";
import type { Caller, IamDirectory } from "../iam/index.ts";
import {
  type AccessMatrix,
  buildMatrix,
  type Circumstances,
  type DatabaseRoles,
  type Estate,
  type Examined,
  fits,
  type MatrixQuestion,
  type PrincipalPolicies,
  type ReviewedCluster,
  type ReviewedPrincipal,
  withSomeRole,
} from "../review/index.ts";
import type { Clock } from "../shared/index.ts";
import type { ClusterStore } from "./cluster-store.ts";

/** Name of the sessions that are supposed of roles. */
const SESSION_NAME = "access-review";
const SESSION_SECONDS = 900;

/** What is looked at. */
export interface ReviewParts {
  readonly config: Pick<EmulatorConfig, "networks">;
  readonly accounts: Accounts;
  readonly sessionTokens: OpenedAccounts["sessionTokens"];
  readonly store: Pick<ClusterStore, "clusters" | "findCluster">;
  readonly networks: NetworkDirectory;
  readonly clock: Clock;
  /** @throws Error when the database cannot be asked */
  readonly databaseRoles: (cluster: Cluster) => Promise<DatabaseRoles>;
  /** ARN of a principal that stands in no file. */
  readonly builtInArn: string | undefined;
}

/** Reviews of what there is now. */
export interface Reviews {
  matrix(question: MatrixQuestion): Promise<AccessMatrix>;
  /** All clusters and principals. */
  estate(): Promise<Estate>;
  /** What is to be examined. */
  examined(): Promise<Pick<Examined, "estate" | "matrix">>;
}

/** Makes the reviews. */
export function createReviews(parts: ReviewParts): Reviews {
  const { accounts, store, networks, clock } = parts;
  const policiesOf = (caller: Caller, accountId: string): PrincipalPolicies => {
    const { session: _session, ...policies } = accounts.policiesOf(caller, accountId);
    return policies;
  };
  const estate = async (question: MatrixQuestion): Promise<Estate> => ({
    now: clock.now(),
    accountIds: accounts.directories().map(({ accountId }) => accountId),
    principals: await principalsOf(parts, policiesOf, question.circumstances),
    clusters: await clustersOf(parts, question.filter?.cluster),
    endpointPolicies: parts.config.networks.flatMap(({ endpointPolicy }) => endpointPolicy ?? []),
  });
  const matrixOf = (reviewed: Estate, question: MatrixQuestion): Promise<AccessMatrix> =>
    buildMatrix(
      {
        estate: reviewed,
        policies: {
          policiesFor: (caller, { identifier, region, accountId }) => ({
            ...accounts.policiesOf(caller, accountId),
            resource: store.clusters.policyOf(identifier, region),
          }),
        },
        networks,
        policiesOf,
        breathe: async () => {
          await nextTurn();
        },
      },
      question,
    );
  const everything: MatrixQuestion = { circumstances: {} };
  return {
    estate: () => estate(everything),
    matrix: async (question) => matrixOf(await estate(question), question),
    examined: async () => {
      const reviewed = await estate(everything);
      const matrix = await matrixOf(withSomeRole(reviewed), everything);
      return { estate: reviewed, matrix };
    },
  };
}

/** One after the other: an engine may have to be started for each. */
async function clustersOf(
  { store, databaseRoles }: ReviewParts,
  filter: string | undefined,
): Promise<readonly ReviewedCluster[]> {
  const reviewed: ReviewedCluster[] = [];
  for (const view of store.clusters.allClusters()) {
    const cluster = store.findCluster(view.identifier, view.region);
    if (cluster === undefined || !fits(filter, [cluster.arn, cluster.identifier])) continue;
    const policy = store.clusters.policyOf(cluster.identifier, cluster.region);
    try {
      const database = await databaseRoles(cluster);
      reviewed.push({ cluster, policy, database, problem: undefined });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      reviewed.push({ cluster, policy, database: { loginRoles: [], mappings: [] }, problem });
    }
  }
  return reviewed;
}

type PoliciesOf = (caller: Caller, accountId: string) => PrincipalPolicies;

async function principalsOf(
  parts: ReviewParts,
  policiesOf: PoliciesOf,
  circumstances: Circumstances,
): Promise<readonly ReviewedPrincipal[]> {
  const found: ReviewedPrincipal[] = [];
  for (const directory of parts.accounts.directories()) {
    const { users, roles, accessKeys } = directory.snapshot();
    for (const { id, createDate } of users) {
      const keys = accessKeys.filter(({ userId, status }) => userId === id && status === "Active");
      const ofSession = { kind: "user", userId: id } as const;
      const caller =
        (await longTermCaller(parts, keys[0]?.accessKeyId, circumstances)) ??
        (await sessionCaller(parts, directory, ofSession, circumstances));
      if (caller === undefined) continue;
      found.push({
        kind: "user",
        arn: caller.arn,
        accountId: directory.accountId,
        id,
        createdAt: new Date(createDate),
        caller,
        activeAccessKeys: keys.length,
        policies: policiesOf(caller, directory.accountId),
        trust: undefined,
        isBuiltIn: caller.arn === parts.builtInArn,
      });
    }
    for (const { id, createDate } of roles) {
      const principal = { kind: "assumed-role", roleId: id, sessionName: SESSION_NAME } as const;
      const caller = await sessionCaller(parts, directory, principal, circumstances);
      const role = directory.findRoleById(id);
      if (caller === undefined || role === undefined) continue;
      found.push({
        kind: "role",
        arn: role.role.arn,
        accountId: directory.accountId,
        id,
        createdAt: new Date(createDate),
        caller,
        activeAccessKeys: 0,
        policies: policiesOf(caller, directory.accountId),
        trust: role.trust,
        isBuiltIn: false,
      });
    }
  }
  return found;
}

/** A second factor goes with a session only. */
async function longTermCaller(
  { accounts }: ReviewParts,
  accessKeyId: string | undefined,
  { hasMfa }: Circumstances,
): Promise<Caller | undefined> {
  if (accessKeyId === undefined || hasMfa === true) return undefined;
  const key = await accounts.findAccessKey(accessKeyId, undefined);
  return key.kind === "found" ? key.accessKey.caller : undefined;
}

type SessionOf = Parameters<ReviewParts["sessionTokens"]["issue"]>[0]["principal"];

/** As its credentials would say, which nobody gets. */
async function sessionCaller(
  { accounts, sessionTokens, clock }: ReviewParts,
  { accountId }: IamDirectory,
  principal: SessionOf,
  { hasMfa, at = clock.now() }: Circumstances,
): Promise<Caller | undefined> {
  const mfa = hasMfa === true && principal.kind === "user" ? { mfaAuthenticatedAt: at } : {};
  const { accessKeyId, sessionToken } = await sessionTokens.issue({
    accountId,
    principal,
    durationSeconds: SESSION_SECONDS,
    tags: {},
    transitiveTagKeys: [],
    ...mfa,
  });
  const key = await accounts.findAccessKey(accessKeyId, sessionToken);
  if (key.kind === "unknown") return undefined;
  const { caller } = key.accessKey;
  return caller.session === undefined
    ? caller
    : { ...caller, session: { ...caller.session, issuedAt: at } };
}
