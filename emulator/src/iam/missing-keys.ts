/** Which context keys statements ask for that a simulated request does not have. */
import type { Decision } from "./decision.ts";
import type { AttachedPolicy, ElementText, PolicyStatement } from "./policy-document.ts";
import { parseTemplate } from "./policy-variables.ts";
import type { ContextKeys } from "./request-context.ts";

/** The policies of a simulation whose statements count; SPEC: service control policies do not. */
export interface KeyAsking {
  readonly identity: readonly AttachedPolicy[];
  readonly boundary?: AttachedPolicy | undefined;
  readonly resourcePolicy?: AttachedPolicy | undefined;
  readonly keys: ContextKeys;
}

/**
 * The keys, as they are written, of the conditions and variables of the statements that a decision
 * came to look at: those that cover the action and the resource (or would, if a variable in the
 * resource had a value), and the caller.
 */
export function missingKeys(asking: KeyAsking, decision: Decision): readonly string[] {
  const { identity, boundary, resourcePolicy, keys } = asking;
  const policies = [...identity, boundary, resourcePolicy];
  const missing = new Map<string, string>();
  const looked = [
    ...decision.matched.map((reference) => ({ ...reference, failedElement: undefined })),
    ...decision.nearMisses,
  ];
  for (const { policy: source, statementIndex, failedElement } of looked) {
    const policy = policies.find((candidate) => candidate?.source === source);
    const statement = policy?.document.statements[statementIndex];
    if (policy === undefined || statement === undefined) continue;
    const hasVariables = policy.document.version === "2012-10-17";
    for (const key of keysAskedFor(statement, failedElement, hasVariables, keys)) {
      const name = key.toLowerCase();
      if (!keys.has(name) && !missing.has(name)) missing.set(name, key);
    }
  }
  return [...missing.values()];
}

function keysAskedFor(
  { resource, conditions }: PolicyStatement,
  failedElement: "Action" | "Resource" | "Principal" | "Condition" | undefined,
  hasVariables: boolean,
  keys: ContextKeys,
): readonly string[] {
  const ofConditions = conditions.flatMap(({ key, values }) => [
    key,
    ...(hasVariables ? values.flatMap(variablesOf) : []),
  ]);
  if (failedElement === undefined || failedElement === "Condition") return ofConditions;
  if (failedElement !== "Resource" || resource === undefined || !hasVariables) return [];
  const ofResource = textsOf(resource.written).flatMap(variablesOf);
  // With all its values the element does not cover the resource, so that nothing is missing.
  return ofResource.every((key) => keys.has(key.toLowerCase()))
    ? []
    : [...ofResource, ...ofConditions];
}

function textsOf({ patterns }: ElementText): readonly string[] {
  return patterns.map(({ text }) => text);
}

/** Keys of the variables in a text that have no default, as they are written. */
function variablesOf(text: string): readonly string[] {
  return (parseTemplate(text) ?? []).flatMap((part) => {
    if (part.kind !== "variable" || part.fallback !== undefined) return [];
    const start = text.toLowerCase().indexOf(part.key);
    const written = text.slice(start, start + part.key.length);
    return [written.toLowerCase() === part.key ? written : part.key];
  });
}
