/**
 * Makes the access matrix: each cell is what the steps of the connection pipeline say of a connection
 * that nobody makes. Where conditions are on open keys, they are asked twice: once as if every such
 * condition were in favour of the connection, once as if none were.
 */
import {
  type Cluster,
  type ConnectionAttempt,
  createAccessProbe,
  type Network,
  type NetworkDirectory,
  type PolicyStore,
  type ProbedAccess,
  type RoleMappingStore,
} from "../auth/index.ts";
import { ADMIN_ROLE } from "../dsql/index.ts";
import type { Caller } from "../iam/index.ts";
import { InvariantViolation } from "../shared/index.ts";
import {
  type AccessCell,
  type AccessMatrix,
  fits,
  type MatrixCluster,
  type MatrixFilter,
  type MatrixPrincipal,
  type NamedStatement,
  shortName,
} from "./access-matrix.ts";
import {
  allPolicies,
  type Assumption,
  assumeConditions,
  BEST,
  EVERYTHING,
  hasOpenConditions,
  openKeysOf,
  WORST,
} from "./assume-conditions.ts";
import { findAssumptions, type RoleAssumptions } from "./assume-roles.ts";
import { type Circumstances, openKeys } from "./circumstances.ts";
import type { Estate, PrincipalPolicies, ReviewedCluster, ReviewedPrincipal } from "./estate.ts";
import { nameStatement, statementText } from "./named-statement.ts";

/** What a matrix is made from: the ports are those of connections, mappings are those of the estate. */
export interface MatrixSources {
  readonly estate: Estate;
  readonly policies: PolicyStore;
  readonly networks: NetworkDirectory;
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
  const assumptions = findAssumptions({
    ...{ now: estate.now, accountIds: estate.accountIds, principals: estate.principals },
    policiesOf: sources.policiesOf,
    circumstances,
  });
  const described: MatrixPrincipal[] = [];
  const cells: AccessCell[] = [];
  for (const principal of principals) {
    described.push(describe(principal, assumptions));
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
    principals: described,
    clusters: clusters.map((reviewed): MatrixCluster => {
      const { arn, identifier } = reviewed.cluster;
      const problem = reviewed.problem ?? null;
      return { arn, identifier, databaseRoles: rolesOf(reviewed), problem };
    }),
    cells,
  };
}

function describe(principal: ReviewedPrincipal, assumptions: RoleAssumptions): MatrixPrincipal {
  const { arn, kind, accountId, activeAccessKeys } = principal;
  return { arn, kind, accountId, activeAccessKeys, assumableBy: assumptions(principal) };
}

interface Supposed {
  readonly principal: ReviewedPrincipal;
  readonly cluster: Cluster;
  readonly role: string;
}

/** A way that the connection may take: through an endpoint with a policy, or not. */
type Way = Network | undefined;

interface Probes {
  /** All that are possible; one if the address is given. */
  readonly ways: readonly Way[];
  /** Under an assumption on the open keys; `undefined` assumes nothing. */
  ask(supposed: Supposed, way: Way, assumption?: Assumption): Promise<ProbedAccess>;
  hasOpenConditions(supposed: Supposed, way: Way): boolean;
  /** The statements on open keys that cover the connection, when their conditions hold. */
  dependencies(supposed: Supposed, way: Way): Promise<readonly Dependency[]>;
}

interface Dependency {
  readonly statement: NamedStatement;
  readonly keys: readonly string[];
}

function makeProbes(sources: MatrixSources, circumstances: Circumstances): Probes {
  const { estate } = sources;
  const roleMappings = mappingsOf(estate);
  const clock = { now: () => circumstances.at ?? estate.now };
  const policiesAt = ({ principal, cluster }: Supposed, way: Way): Policies => ({
    ...sources.policies.policiesFor(principal.caller, cluster),
    vpcEndpoint: way?.endpointPolicy,
  });
  const ask: Probes["ask"] = ({ principal, cluster, role }, way, assumption) => {
    const { caller } = principal;
    const assumed = (policies: Policies): Policies =>
      assumption === undefined
        ? policies
        : assumeConditions(policies, openKeys(circumstances, caller), assumption);
    const probe = createAccessProbe(
      {
        policies: {
          policiesFor: (asking, where) => assumed(sources.policies.policiesFor(asking, where)),
        },
        networks: { networkOf: () => assumedNetwork(way, assumed) },
        roleMappings,
      },
      clock,
    );
    return probe({ caller, cluster: awake(cluster), attempt: attemptOf(role, circumstances) });
  };
  return {
    ways: waysOf(sources, circumstances),
    ask,
    hasOpenConditions: (supposed, way) =>
      hasOpenConditions(
        policiesAt(supposed, way),
        openKeys(circumstances, supposed.principal.caller),
      ),
    dependencies: async (supposed, way) => {
      const open = openKeys(circumstances, supposed.principal.caller);
      const documents = allPolicies(policiesAt(supposed, way));
      const { decision } = await ask(supposed, way, EVERYTHING);
      return (decision?.matched ?? []).flatMap((reference) => {
        const { policy, statementIndex } = reference;
        const keys = documents
          .filter(({ source }) => isSamePolicy(source, policy))
          .flatMap(({ document }) => document.statements[statementIndex] ?? [])
          .flatMap((statement) => openKeysOf(statement, open));
        return keys.length === 0 ? [] : [{ statement: nameStatement(reference), keys }];
      });
    },
  };
}

/** As the databases have told their mappings: a session of a role is mapped as its role. */
function mappingsOf({ clusters }: Estate): RoleMappingStore {
  const mapped = new Set(
    clusters.flatMap(({ cluster, database }) =>
      database.mappings.map(({ principalArn, databaseRole }) =>
        mappingKey(cluster.arn, principalArn, databaseRole),
      ),
    ),
  );
  return {
    isMapped: async (cluster, { arn, issuerArn = arn }, role) =>
      mapped.has(mappingKey(cluster.arn, issuerArn, role)),
  };
}

function mappingKey(...parts: readonly [cluster: string, principal: string, role: string]): string {
  return parts.join("\n");
}

/** Without an address, every endpoint with a policy is possible, and none. */
function waysOf({ estate, networks }: MatrixSources, circumstances: Circumstances): readonly Way[] {
  if (circumstances.sourceIp !== undefined) {
    return [networks.networkOf(attemptOf(ADMIN_ROLE, circumstances))];
  }
  const through = estate.endpointPolicies.map((endpointPolicy) => ({
    vpcId: undefined,
    vpcEndpointId: undefined,
    endpointPolicy,
  }));
  return [undefined, ...through];
}

function assumedNetwork(way: Way, assumed: (policies: Policies) => Policies): Way {
  if (way?.endpointPolicy === undefined) return way;
  const policies = assumed({ identity: [], vpcEndpoint: way.endpointPolicy });
  return { ...way, endpointPolicy: policies.vpcEndpoint };
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

async function cellOf(probes: Probes, supposed: Supposed): Promise<AccessCell> {
  const place = {
    principal: supposed.principal.arn,
    cluster: supposed.cluster.arn,
    databaseRole: supposed.role,
  };
  const { ways } = probes;
  const bounds = await Promise.all(ways.map((way) => boundsOf(probes, supposed, way)));
  const [first] = bounds;
  if (first === undefined) throw new InvariantViolation("a connection takes some way");
  if (bounds.every(({ worst }) => worst.refusal === undefined)) return settled(place, first.worst);
  if (bounds.every(({ best }) => best.refusal !== undefined)) return settled(place, first.best);
  const found = (await Promise.all(ways.map((way) => probes.dependencies(supposed, way)))).flat();
  const isByWay = new Set(bounds.map(({ best }) => best.refusal === undefined)).size > 1;
  const keys = [...found.flatMap((one) => one.keys), ...(isByWay ? ["aws:SourceVpce"] : [])];
  const dependsOn = [...new Set(keys)].sort();
  const deciding = [
    ...new Map(found.map(({ statement }) => [JSON.stringify(statement), statement])).values(),
  ];
  const statements = deciding.map(statementText).join(", ");
  const reason = `depends on ${dependsOn.join(", ")}${statements === "" ? "" : `: ${statements}`}`;
  return { ...place, access: "depends", code: null, reason, deciding, dependsOn };
}

interface Bounds {
  readonly worst: ProbedAccess;
  readonly best: ProbedAccess;
}

async function boundsOf(probes: Probes, supposed: Supposed, way: Way): Promise<Bounds> {
  if (!probes.hasOpenConditions(supposed, way)) {
    const only = await probes.ask(supposed, way);
    return { worst: only, best: only };
  }
  const worst = await probes.ask(supposed, way, WORST);
  if (worst.refusal === undefined) return { worst, best: worst };
  return { worst, best: await probes.ask(supposed, way, BEST) };
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
