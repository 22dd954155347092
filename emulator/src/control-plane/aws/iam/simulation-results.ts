/** Results of simulations as the API answers them: one for each action, with those of its resources. */
import {
  simulateAccess,
  type SimulatedAccess,
  type SimulatedPolicyType,
  type TextPosition,
  type Verdict,
} from "../../../iam/index.ts";
import { simulatedResourceName } from "./simulated-resource-name.ts";
import { ALL_RESOURCES, type PreparedSimulation } from "./simulation-input.ts";

/** A statement of a result. */
export interface ShownStatement {
  readonly sourcePolicyId: string;
  readonly sourcePolicyType: string;
  readonly startPosition?: TextPosition;
  readonly endPosition?: TextPosition;
}

/** What results of actions and of resources have in common. */
interface ShownResult {
  readonly matchedStatements: readonly ShownStatement[];
  readonly missingContextValues: readonly string[];
  readonly permissionsBoundaryDecisionDetail?: { readonly allowedByPermissionsBoundary: boolean };
}

/** The result for one resource. */
export interface ResourceResult extends ShownResult {
  readonly evalResourceName: string;
  readonly evalResourceDecision: Verdict;
  readonly evalDecisionDetails?: Readonly<Record<string, string>>;
}

/** The result for one action. */
export interface ActionResult extends ShownResult {
  readonly evalActionName: string;
  readonly evalResourceName: string;
  readonly evalDecision: Verdict;
  readonly organizationsDecisionDetail?: { readonly allowedByOrganizations: boolean };
  readonly evalDecisionDetails?: Readonly<Record<string, string>>;
  readonly resourceSpecificResults?: readonly ResourceResult[];
}

/** Simulates an action on all resources of the request. */
export function simulateAction(
  action: string,
  { simulation, resources }: PreparedSimulation,
): ActionResult {
  const results = resources.map(({ resource, resourceAccountId }) => ({
    resource,
    access: simulateAccess(simulation, { action, resource, resourceAccountId }),
  }));
  const accesses = results.map(({ access }) => access);
  const verdict = overall(accesses);
  const deciding = accesses.filter((access) => access.verdict === verdict);
  const allowsOrganization = everyOf(accesses, "isAllowedByOrganization");
  const result = {
    evalActionName: action,
    evalDecision: verdict,
    matchedStatements: distinct(deciding.flatMap(shownStatements)),
    missingContextValues: [...new Set(accesses.flatMap(({ missingKeys }) => missingKeys))],
    ...(allowsOrganization === undefined
      ? {}
      : { organizationsDecisionDetail: { allowedByOrganizations: allowsOrganization } }),
    ...boundaryDetail(everyOf(accesses, "isAllowedByBoundary")),
  };
  if (resources.every(({ resource }) => resource === ALL_RESOURCES)) {
    return { ...result, evalResourceName: ALL_RESOURCES };
  }
  return {
    ...result,
    evalResourceName: simulatedResourceName(action),
    evalDecisionDetails: mostRestrictive(accesses),
    resourceSpecificResults: results.map(resourceResult),
  };
}

function resourceResult({
  resource,
  access,
}: {
  readonly resource: string;
  readonly access: SimulatedAccess;
}): ResourceResult {
  const isForeign = Object.keys(access.verdicts).length > 0;
  return {
    evalResourceName: resource,
    evalResourceDecision: access.verdict,
    matchedStatements: shownStatements(access),
    missingContextValues: access.missingKeys,
    // SPEC: of a resource they are there for one of another account only.
    ...(isForeign ? { evalDecisionDetails: access.verdicts } : {}),
    ...boundaryDetail(access.isAllowedByBoundary),
  };
}

/** FIDELITY: seen are mixed resources that make `allowed`, and `explicitDeny` if one is denied so. */
function overall(accesses: readonly SimulatedAccess[]): Verdict {
  const verdicts = accesses.map(({ verdict }) => verdict);
  if (verdicts.includes("explicitDeny")) return "explicitDeny";
  return verdicts.includes("allowed") ? "allowed" : "implicitDeny";
}

const RESTRICTION: readonly Verdict[] = ["allowed", "implicitDeny", "explicitDeny"];

/** SPEC: of each type of policy the decision that allows least. */
function mostRestrictive(
  accesses: readonly SimulatedAccess[],
): Readonly<Partial<Record<SimulatedPolicyType, Verdict>>> {
  const least: Record<string, Verdict> = {};
  for (const { verdicts } of accesses) {
    for (const [type, verdict] of Object.entries(verdicts)) {
      const before = least[type] ?? "allowed";
      least[type] = RESTRICTION.indexOf(verdict) > RESTRICTION.indexOf(before) ? verdict : before;
    }
  }
  return least;
}

/** Whether all say yes; `undefined` if there is nothing that says. */
function everyOf(
  accesses: readonly SimulatedAccess[],
  member: "isAllowedByBoundary" | "isAllowedByOrganization",
): boolean | undefined {
  const said = accesses.map((access) => access[member]).filter((value) => value !== undefined);
  return said.length === 0 ? undefined : said.every(Boolean);
}

function boundaryDetail(
  isAllowed: boolean | undefined,
): Pick<ShownResult, "permissionsBoundaryDecisionDetail"> {
  if (isAllowed === undefined) return {};
  return { permissionsBoundaryDecisionDetail: { allowedByPermissionsBoundary: isAllowed } };
}

function shownStatements({ matchedStatements }: SimulatedAccess): readonly ShownStatement[] {
  return matchedStatements.map(({ sourcePolicyId, sourcePolicyType, position }) => ({
    sourcePolicyId,
    sourcePolicyType,
    ...(position === undefined ? {} : { startPosition: position.start, endPosition: position.end }),
  }));
}

function distinct(statements: readonly ShownStatement[]): readonly ShownStatement[] {
  const byText = new Map(statements.map((statement) => [JSON.stringify(statement), statement]));
  return [...byText.values()];
}
