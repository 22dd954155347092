/**
 * Makes the access matrix: each cell is what the steps of the connection pipeline say of a connection
 * that nobody makes. Where conditions are on open keys, they are asked twice: once as if every such
 * condition were in favour of the connection, once as if none were.
 */
import {
  type AccessProbe,
  type Cluster,
  type ConnectionAttempt,
  createAccessProbe,
  type NetworkDirectory,
  type PolicyStore,
  type ProbedAccess,
  type RoleMappingStore,
} from "../auth/index.ts";
import { ADMIN_ROLE } from "../dsql/index.ts";
import type { Caller } from "../iam/index.ts";
import {
  type AccessCell,
  type AccessMatrix,
  fits,
  type MatrixCluster,
  type MatrixFilter,
  type MatrixPrincipal,
  shortName,
} from "./access-matrix.ts";
import {
  allPolicies,
  type Assumption,
  assumeConditions,
  BEST,
  EVERYTHING,
  hasOpenConditions,
  type OpenKeys,
  openKeysOf,
  WORST,
} from "./assume-conditions.ts";
import { assumptionsOf } from "./assume-roles.ts";
import { type Circumstances, openKeys } from "./circumstances.ts";
import type { Estate, PrincipalPolicies, ReviewedCluster, ReviewedPrincipal } from "./estate.ts";
import { nameStatement, statementText } from "./named-statement.ts";

/** What a matrix is made from: the ports are those of connections. */
export interface MatrixSources {
  readonly estate: Estate;
  readonly policies: PolicyStore;
  readonly networks: NetworkDirectory;
  readonly roleMappings: RoleMappingStore;
  readonly policiesOf: (caller: Caller, resourceAccountId: string) => PrincipalPolicies;
  /** Called now and then, so that other work gets its turn. */
  readonly breathe?: () => Promise<void>;
}

/** What is asked of a matrix. */
export interface MatrixQuestion {
  readonly circumstances: Circumstances;
  readonly filter?: MatrixFilter;
}

/** Makes the matrix. */
export async function buildMatrix(
  sources: MatrixSources,
  { circumstances, filter = {} }: MatrixQuestion,
): Promise<AccessMatrix> {
  const { estate } = sources;
  const principals = estate.principals.filter(({ arn }) =>
    fits(filter.principal, [arn, shortName(arn), arn.slice(arn.lastIndexOf("/") + 1)]),
  );
  const clusters = estate.clusters.filter(({ cluster }) =>
    fits(filter.cluster, [cluster.arn, cluster.identifier]),
  );
  const rolesOf = ({ database }: ReviewedCluster): readonly string[] =>
    [ADMIN_ROLE, ...database.loginRoles].filter((role) => fits(filter.databaseRole, [role]));
  const probes = makeProbes(sources, circumstances);
  const cells: AccessCell[] = [];
  for (const principal of principals) {
    for (const cluster of clusters) {
      for (const role of rolesOf(cluster)) {
        cells.push(await cellOf(probes, { principal, cluster: cluster.cluster, role }));
      }
    }
    await sources.breathe?.();
  }
  return {
    version: 1,
    circumstances: {
      sourceIp: circumstances.sourceIp ?? null,
      mfa: circumstances.hasMfa ?? null,
      at: circumstances.at?.toISOString() ?? null,
      applicationName: circumstances.applicationName ?? null,
    },
    principals: principals.map((principal) => describe(principal, sources, circumstances)),
    clusters: clusters.map((reviewed): MatrixCluster => {
      const { arn, identifier } = reviewed.cluster;
      const problem = reviewed.problem ?? null;
      return { arn, identifier, databaseRoles: rolesOf(reviewed), problem };
    }),
    cells,
  };
}

function describe(
  principal: ReviewedPrincipal,
  { estate, policiesOf }: MatrixSources,
  circumstances: Circumstances,
): MatrixPrincipal {
  const { arn, kind, accountId, activeAccessKeys } = principal;
  const { now, principals } = estate;
  const assumableBy = assumptionsOf(principal, { now, principals, policiesOf, circumstances });
  return { arn, kind, accountId, activeAccessKeys, assumableBy };
}

interface Supposed {
  readonly principal: ReviewedPrincipal;
  readonly cluster: Cluster;
  readonly role: string;
}

interface Probes {
  /** Under an assumption on the open keys; `undefined` assumes nothing. */
  ask(supposed: Supposed, assumption?: Assumption): Promise<ProbedAccess>;
  hasOpenConditions(supposed: Supposed): boolean;
  /** The open keys of the statements that cover the connection, when their conditions hold. */
  dependencies(supposed: Supposed): Promise<Pick<AccessCell, "deciding" | "dependsOn">>;
}

function makeProbes(sources: MatrixSources, circumstances: Circumstances): Probes {
  const clock = { now: () => circumstances.at ?? sources.estate.now };
  const networks: NetworkDirectory =
    circumstances.sourceIp === undefined ? { networkOf: () => undefined } : sources.networks;
  const policiesAt = ({ principal, cluster, role }: Supposed): ReturnType<typeof withEndpoint> =>
    withEndpoint(
      sources.policies.policiesFor(principal.caller, cluster),
      networks.networkOf(attemptOf(role, circumstances))?.endpointPolicy,
    );
  const { roleMappings } = sources;
  const plain = createAccessProbe({ ...sources, networks }, clock);
  const probeUnder = (assumption: Assumption, open: OpenKeys): AccessProbe =>
    createAccessProbe(
      {
        policies: {
          policiesFor: (caller, cluster) =>
            assumeConditions(sources.policies.policiesFor(caller, cluster), open, assumption),
        },
        networks: assumedNetworks(networks, open, assumption),
        roleMappings,
      },
      clock,
    );
  const ask: Probes["ask"] = ({ principal, cluster, role }, assumption) => {
    const probe =
      assumption === undefined
        ? plain
        : probeUnder(assumption, openKeys(circumstances, principal.caller));
    return probe({
      caller: principal.caller,
      cluster: awake(cluster),
      attempt: attemptOf(role, circumstances),
    });
  };
  return {
    ask,
    hasOpenConditions: (supposed) =>
      hasOpenConditions(policiesAt(supposed), openKeys(circumstances, supposed.principal.caller)),
    dependencies: async (supposed) => {
      const open = openKeys(circumstances, supposed.principal.caller);
      const documents = allPolicies(policiesAt(supposed));
      const { decision } = await ask(supposed, EVERYTHING);
      const found = (decision?.matched ?? []).flatMap((reference) => {
        const { policy, statementIndex } = reference;
        const keys = documents
          .filter(({ source }) => isSamePolicy(source, policy))
          .flatMap(({ document }) => document.statements[statementIndex] ?? [])
          .flatMap((statement) => openKeysOf(statement, open));
        return keys.length === 0 ? [] : [{ statement: nameStatement(reference), keys }];
      });
      return {
        deciding: found.map(({ statement }) => statement),
        dependsOn: [...new Set(found.flatMap(({ keys }) => keys))].sort(),
      };
    },
  };
}

type Policies = Parameters<typeof allPolicies>[0];
type Source = Policies["identity"][number]["source"];

function isSamePolicy(left: Source, right: Source): boolean {
  return (
    left.kind === right.kind &&
    left.name === right.name &&
    left.arn === right.arn &&
    left.attachedTo === right.attachedTo
  );
}

function withEndpoint(policies: Policies, vpcEndpoint: Policies["vpcEndpoint"]): Policies {
  return { ...policies, vpcEndpoint };
}

function assumedNetworks(
  networks: NetworkDirectory,
  open: OpenKeys,
  assumption: Assumption,
): NetworkDirectory {
  return {
    networkOf: (attempt) => {
      const network = networks.networkOf(attempt);
      if (network?.endpointPolicy === undefined) return network;
      const policies = { identity: [], vpcEndpoint: network.endpointPolicy };
      const assumed = assumeConditions(policies, open, assumption);
      return { ...network, endpointPolicy: assumed.vpcEndpoint };
    },
  };
}

async function cellOf(probes: Probes, supposed: Supposed): Promise<AccessCell> {
  const place = {
    principal: supposed.principal.arn,
    cluster: supposed.cluster.arn,
    databaseRole: supposed.role,
  };
  if (!probes.hasOpenConditions(supposed)) return settled(place, await probes.ask(supposed));
  const worst = await probes.ask(supposed, WORST);
  if (worst.refusal === undefined) return settled(place, worst);
  const best = await probes.ask(supposed, BEST);
  if (best.refusal !== undefined) return settled(place, best);
  const { deciding, dependsOn } = await probes.dependencies(supposed);
  const reason = `depends on ${dependsOn.join(", ")}: ${deciding.map(statementText).join(", ")}`;
  return { ...place, access: "depends", code: null, reason, deciding, dependsOn };
}

type Place = Pick<AccessCell, "principal" | "cluster" | "databaseRole">;

function settled(place: Place, probed: ProbedAccess): AccessCell {
  const { refusal, refusedBy, decision, explanation } = probed;
  const deciding =
    refusedBy === undefined || refusedBy === "iam"
      ? (decision?.deciding ?? []).map(nameStatement)
      : [];
  if (refusal !== undefined) {
    const { code, reason } = refusal;
    return { ...place, access: "no", code, reason, deciding, dependsOn: [] };
  }
  const allowed = explanation.join("; ");
  const reason =
    place.databaseRole === ADMIN_ROLE ? allowed : `${allowed}; mapped with AWS IAM GRANT`;
  return { ...place, access: "yes", code: null, reason, deciding, dependsOn: [] };
}

/** A cluster that sleeps wakes for whoever may connect: that is no question of access. */
function awake(cluster: Cluster): Cluster {
  return cluster.status === "INACTIVE" ? { ...cluster, status: "IDLE" } : cluster;
}

function attemptOf(role: string, circumstances: Circumstances): ConnectionAttempt {
  const { sourceIp = "", applicationName } = circumstances;
  return {
    sessionId: "",
    receivedAt: new Date(0),
    clientAddress: sourceIp,
    isEncrypted: true,
    serverName: undefined,
    requestedUser: role,
    requestedDatabase: "postgres",
    clusterOption: undefined,
    settings: new Map(applicationName === undefined ? [] : [["application_name", applicationName]]),
  };
}
