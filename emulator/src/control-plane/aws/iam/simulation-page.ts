/** Pages of results of a simulation. */
import { IamError, type PageInput, paginate, type Simulation } from "../../../iam/index.ts";
import type { PreparedSimulation } from "./simulation-input.ts";
import { type ActionResult, simulateAction } from "./simulation-results.ts";

/**
 * Statements that one request may have looked at (our choice, a second's work): nothing else is done
 * meanwhile. SPEC: a page may have fewer results than the request wants.
 */
export const MAX_STATEMENTS_LOOKED_AT = 250_000;
const DEFAULT_ITEMS = 100;
const MAX_ITEMS = 1000;

/** A page of results. */
export interface SimulationPage {
  readonly evaluationResults: readonly ActionResult[];
  readonly isTruncated: boolean;
  readonly marker?: string;
}

/**
 * Simulates the actions of the page that is wanted, as many as the work allows, and no others.
 *
 * @throws IamError `InvalidInput` when one action is too much work, `ValidationError` for a wrong page
 */
export function simulatePage(
  actionNames: readonly string[],
  prepared: PreparedSimulation,
  input: PageInput,
): SimulationPage {
  const work = Math.max(1, prepared.resources.length * statementCount(prepared.simulation));
  if (work > MAX_STATEMENTS_LOOKED_AT) {
    const message = `Too many statements and resources: ${work} pairs for each action, at most ${MAX_STATEMENTS_LOOKED_AT} are simulated.`;
    throw new IamError("InvalidInput", message);
  }
  const { maxItems = DEFAULT_ITEMS } = input;
  const possible = Math.floor(MAX_STATEMENTS_LOOKED_AT / work);
  const actions = actionNames.map((action, index) => ({ action, index }));
  const { items, ...page } = paginate(actions, ({ index }) => String(index).padStart(6, "0"), {
    ...input,
    // One that is out of range is left for the check of pages.
    maxItems: maxItems > MAX_ITEMS ? maxItems : Math.min(maxItems, possible),
  });
  return {
    evaluationResults: items.map(({ action }) => simulateAction(action, prepared)),
    ...page,
  };
}

function statementCount(simulation: Simulation): number {
  const { identity, boundary, serviceControl = [], resourcePolicy } = simulation;
  return [...identity, boundary, ...serviceControl.flat(), resourcePolicy].reduce(
    (count, policy) => count + (policy?.document.statements.length ?? 0),
    0,
  );
}
