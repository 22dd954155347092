/**
 * What policies say of a request that nobody made: the evaluation of real requests, with what the
 * policy simulator tells besides.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
import type { Decision, PolicyType, StatementReference } from "./decision.ts";
import { evaluateAccess } from "./evaluate-access.ts";
import { missingKeys } from "./missing-keys.ts";
import type { AttachedPolicy } from "./policy-document.ts";
import type { ContextKeys, RequestPrincipal } from "./request-context.ts";
import { type StatementPosition, statementPositions } from "./statement-positions.ts";

/** A policy with its text and the name that results call it by. */
export interface SimulatedPolicy extends AttachedPolicy {
  /** Such as `PolicyInputList.1`. */
  readonly sourceId: string;
  readonly text: string;
}

/** Whose request is simulated, and under which policies. */
export interface Simulation {
  readonly principal: RequestPrincipal;
  readonly identity: readonly SimulatedPolicy[];
  readonly boundary?: SimulatedPolicy | undefined;
  /** From the root of the organization down to the account. */
  readonly serviceControl?: readonly (readonly SimulatedPolicy[])[] | undefined;
  readonly resourcePolicy?: SimulatedPolicy | undefined;
  readonly keys: ContextKeys;
}

/** What is asked of a simulation. */
export interface SimulatedRequest {
  /** `service:Action`. */
  readonly action: string;
  /** An ARN or `*`. */
  readonly resource: string;
  /** The account that has the resource; without it, the principal's. */
  readonly resourceAccountId?: string | undefined;
}

/** Decisions in the simulator's words. */
export type Verdict = "allowed" | "explicitDeny" | "implicitDeny";

/** The types of policies in the simulator's words. */
export type SimulatedPolicyType = "IAM Policy" | "Resource Policy" | "Permissions Boundary Policy";

/** A statement that the decision rests on. */
export interface MatchedStatement {
  readonly sourcePolicyId: string;
  readonly sourcePolicyType: SimulatedPolicyType;
  readonly position: StatementPosition | undefined;
}

/** The result for one request. */
export interface SimulatedAccess {
  readonly verdict: Verdict;
  /** Those that deny, or those that allow; none for an implicit deny. */
  readonly matchedStatements: readonly MatchedStatement[];
  /** Names of keys that statements about the request ask for and that there are no values for. */
  readonly missingKeys: readonly string[];
  /** `undefined` without a boundary. */
  readonly isAllowedByBoundary: boolean | undefined;
  /** `undefined` without service control policies. */
  readonly isAllowedByOrganization: boolean | undefined;
  /** What each type of policy says, when the resource is of another account. */
  readonly verdicts: Readonly<Partial<Record<SimulatedPolicyType, Verdict>>>;
}

const TYPES: Readonly<Partial<Record<PolicyType, SimulatedPolicyType>>> = {
  "identity-based": "IAM Policy",
  "resource-based": "Resource Policy",
  boundary: "Permissions Boundary Policy",
};
const VERDICTS: Readonly<Record<Decision["kind"], Verdict>> = {
  Allow: "allowed",
  ExplicitDeny: "explicitDeny",
  ImplicitDeny: "implicitDeny",
};

/** Simulates one request. */
export function simulateAccess(simulation: Simulation, request: SimulatedRequest): SimulatedAccess {
  const { principal, identity, boundary, serviceControl, resourcePolicy, keys } = simulation;
  const { action, resource, resourceAccountId = principal.accountId } = request;
  const decision = evaluateAccess({
    request: { principal, action, resource, resourceAccountId, keys },
    identity,
    boundary,
    serviceControl,
    resource: resourcePolicy,
  });
  const said = (type: PolicyType, level?: readonly SimulatedPolicy[]): Verdict =>
    verdictOf(
      decision.matched.filter(
        ({ policyType, policy }) =>
          policyType === type &&
          (level === undefined || level.some(({ source }) => source === policy)),
      ),
    );
  const isForeign = resourceAccountId !== principal.accountId;
  return {
    verdict: VERDICTS[decision.kind],
    matchedStatements: matchedStatements(simulation, decision.deciding),
    missingKeys: missingKeys(simulation, decision),
    isAllowedByBoundary: boundary === undefined ? undefined : said("boundary") === "allowed",
    isAllowedByOrganization: serviceControl?.every(
      (level) => said("service-control", level) === "allowed",
    ),
    verdicts: isForeign
      ? {
          "IAM Policy": said("identity-based"),
          ...(resourcePolicy === undefined ? {} : { "Resource Policy": said("resource-based") }),
          ...(boundary === undefined ? {} : { "Permissions Boundary Policy": said("boundary") }),
        }
      : {},
  };
}

function verdictOf(matched: readonly StatementReference[]): Verdict {
  if (matched.some(({ effect }) => effect === "Deny")) return "explicitDeny";
  return matched.length > 0 ? "allowed" : "implicitDeny";
}

/** SPEC: statements of service control policies are not among them. */
function matchedStatements(
  { identity, boundary, resourcePolicy }: Simulation,
  deciding: readonly StatementReference[],
): readonly MatchedStatement[] {
  const policies = [...identity, boundary, resourcePolicy];
  return deciding.flatMap(({ policyType, policy: source, statementIndex }) => {
    const policy = policies.find((candidate) => candidate?.source === source);
    const sourcePolicyType = TYPES[policyType];
    if (policy === undefined || sourcePolicyType === undefined) return [];
    const position = positionsIn(policy)[statementIndex];
    return [{ sourcePolicyId: policy.sourceId, sourcePolicyType, position }];
  });
}

const knownPositions = new WeakMap<SimulatedPolicy, readonly StatementPosition[]>();

/** One simulation asks for the places in one text again and again. */
function positionsIn(policy: SimulatedPolicy): readonly StatementPosition[] {
  let positions = knownPositions.get(policy);
  if (positions === undefined) {
    positions = statementPositions(policy.text);
    knownPositions.set(policy, positions);
  }
  return positions;
}
