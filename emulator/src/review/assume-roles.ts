/** Who may assume a role: its trust policy, with the policies of whoever asks. */
import {
  type AttachedPolicy,
  type Caller,
  callerKeys,
  type Decision,
  evaluateAccess,
  parsePolicyText,
  requestPrincipal,
  type RequestPrincipal,
} from "../iam/index.ts";
import type { RoleAssumption } from "./access-matrix.ts";
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
import { type Circumstances, openKeys } from "./circumstances.ts";
import type { PrincipalPolicies, ReviewedPrincipal } from "./estate.ts";

/** What the question is answered from. */
export interface AssumptionSources {
  readonly now: Date;
  /** Of the accounts that are known. */
  readonly accountIds: readonly string[];
  readonly principals: readonly ReviewedPrincipal[];
  readonly policiesOf: (caller: Caller, resourceAccountId: string) => PrincipalPolicies;
  readonly circumstances: Circumstances;
}

interface Asking {
  readonly name: string;
  readonly principal: RequestPrincipal;
  readonly action: string;
  readonly keys: ReadonlyMap<string, readonly string[]>;
  readonly policies: PrincipalPolicies;
  readonly open: OpenKeys;
}

/** Everybody who may assume a role, or may under some circumstances; nobody but for a role. */
export type RoleAssumptions = (role: ReviewedPrincipal) => readonly RoleAssumption[];

/** What is known of a principal is found out once, and not again for each role. */
export function findAssumptions(sources: AssumptionSources): RoleAssumptions {
  const asking = new Map<string, Asking>();
  const askingFor = (principal: ReviewedPrincipal, accountId: string): Asking => {
    const key = `${accountId}\n${principal.arn}`;
    const known = asking.get(key) ?? callerAsking(principal, accountId, sources);
    asking.set(key, known);
    return known;
  };
  return (role) => {
    const { trust } = role;
    if (trust === undefined) return [];
    const callers = sources.principals
      .filter(({ arn }) => arn !== role.arn)
      .map((principal) => askingFor(principal, role.accountId));
    const tags = roleKeys(role);
    const others = [...strangersAsking(trust, sources.accountIds), ...outsidersAsking(trust)];
    return [...callers, ...others].flatMap((one) => assumption(one, role, trust, tags));
  };
}

function callerAsking(
  { arn, caller }: ReviewedPrincipal,
  roleAccountId: string,
  { now, policiesOf, circumstances }: AssumptionSources,
): Asking {
  const known = openKeys(circumstances, caller);
  return {
    name: arn,
    principal: requestPrincipal(caller),
    action: "sts:AssumeRole",
    keys: callerKeys(caller, circumstances.at ?? now),
    policies: policiesOf(caller, roleAccountId),
    open: { has: (key) => known.has(key) || isOfRequest(key) },
  };
}

const EVERYTHING_ALLOWED: AttachedPolicy = {
  document: parsePolicyText(
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
  ).document,
  source: { kind: "inline", name: "supposed", attachedTo: "" },
};

/** Accounts that nobody here knows are taken to allow what the trust policy does. */
function strangersAsking(trust: AttachedPolicy, known: readonly string[]): readonly Asking[] {
  return namedBy(trust, /^AWS:(?=\d{12}$|arn:)/).flatMap((name): readonly Asking[] => {
    const arn = name.slice("AWS:".length);
    const [, , , , accountId = arn, path = "root"] = arn.split(":");
    if (known.includes(accountId)) return [];
    const issuer = path.startsWith("role/") ? { issuerArn: arn } : {};
    const kind = path.startsWith("user/") || path === "root" ? "user" : "assumed-role";
    const keys = new Map([["aws:principalaccount", [accountId]]]);
    return [
      {
        name: arn,
        principal: { kind, arn, accountId, ...issuer },
        action: "sts:AssumeRole",
        keys,
        policies: { identity: [EVERYTHING_ALLOWED] },
        open: { has: (key) => !keys.has(key) },
      },
    ];
  });
}

/** Providers and services have no policies: what the trust policy names is asked for. */
function outsidersAsking(trust: AttachedPolicy): readonly Asking[] {
  return namedBy(trust, /^(?:Federated|Service):/).map((name) => {
    const isService = name.startsWith("Service:");
    const arn = name.slice(name.indexOf(":") + 1);
    return {
      name,
      principal: { kind: isService ? "service" : "web-identity", arn, accountId: "" },
      action: isService ? "sts:AssumeRole" : "sts:AssumeRoleWithWebIdentity",
      keys: new Map(),
      policies: { identity: [] },
      open: { has: () => true },
    };
  });
}

/** What statements that allow have as Principal, each once, such as `Service:…`. */
function namedBy({ document }: AttachedPolicy, pattern: RegExp): readonly string[] {
  const names = document.statements
    .filter(({ effect, principal }) => effect === "Allow" && !principal?.written.isNegated)
    .flatMap(({ principal }) => principal?.written.patterns ?? [])
    .map(({ text }) => text);
  return [...new Set(names)].filter((name) => pattern.test(name));
}

/** Keys that whoever asks sets with the request, and those of a provider's token. */
function isOfRequest(key: string): boolean {
  return !/^(?:aws|iam):/.test(key) || key === "aws:tagkeys" || key.startsWith("aws:requesttag/");
}

function assumption(
  asking: Asking,
  role: ReviewedPrincipal,
  trust: AttachedPolicy,
  tags: ReturnType<typeof roleKeys>,
): readonly RoleAssumption[] {
  const { name, open } = asking;
  const policies = { ...asking.policies, trust };
  const request = {
    principal: asking.principal,
    action: asking.action,
    resource: role.arn,
    resourceAccountId: role.accountId,
    keys: tags.length === 0 ? asking.keys : new Map([...asking.keys, ...tags]),
  };
  const decide = (assumed: Assumption | undefined): Decision =>
    evaluateAccess({
      request,
      ...(assumed === undefined ? policies : assumeConditions(policies, open, assumed)),
    });
  const isOpen = hasOpenConditions(policies, open);
  if (decide(isOpen ? WORST : undefined).kind === "Allow") {
    return [{ by: name, access: "yes", dependsOn: [] }];
  }
  if (!isOpen || decide(BEST).kind !== "Allow") return [];
  const documents = new Map(allPolicies(policies).map((one) => [one.source, one.document]));
  const keys = decide(EVERYTHING).matched.flatMap(({ policy, statementIndex }) => {
    const statement = documents.get(policy)?.statements[statementIndex];
    return statement === undefined ? [] : openKeysOf(statement, open);
  });
  return [{ by: name, access: "depends", dependsOn: [...new Set(keys)].sort() }];
}

function roleKeys({ caller }: ReviewedPrincipal): readonly [string, readonly string[]][] {
  return Object.entries(caller.tags ?? {}).flatMap(([key, value]) =>
    ["aws", "iam"].map((prefix): [string, readonly string[]] => [
      `${prefix}:resourcetag/${key.toLowerCase()}`,
      [value],
    ]),
  );
}
