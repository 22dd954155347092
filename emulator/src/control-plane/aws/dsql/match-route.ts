/** From method and path to an operation. */
import type { DsqlOperation } from "./operation.ts";

/** An operation by its name. */
export interface NamedOperation {
  readonly name: string;
  readonly operation: DsqlOperation;
}

/** What a path says. */
export interface RouteMatch extends NamedOperation {
  /** The parts of the path that are members, decoded. */
  readonly labels: ReadonlyMap<string, string>;
}

/** Finds the operation of a request; `undefined` if there is none. */
export type RouteTable = (method: string, rawPath: string) => RouteMatch | undefined;

interface Route extends NamedOperation {
  readonly segments: readonly string[];
}

/** Makes the table of some operations. */
export function routeTable(operations: ReadonlyMap<string, DsqlOperation>): RouteTable {
  const routes = new Map<string, Route[]>();
  for (const [name, operation] of operations) {
    const segments = operation.path.split("/").slice(1);
    const key = keyOf(operation.method, segments);
    const ofKey = routes.get(key) ?? [];
    ofKey.push({ name, operation, segments });
    routes.set(key, ofKey);
  }
  return (method, rawPath) => {
    const parts = rawPath.split("/").slice(1);
    for (const { segments, name, operation } of routes.get(keyOf(method, parts)) ?? []) {
      const labels = labelsOf(segments, parts);
      if (labels !== undefined) return { name, operation, labels };
    }
    return undefined;
  };
}

/** All routes of the service begin with a fixed word. */
function keyOf(method: string, segments: readonly string[]): string {
  return `${method} ${segments.length} ${segments[0] ?? ""}`;
}

function labelsOf(
  segments: readonly string[],
  parts: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? "";
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    const value = name === undefined ? undefined : decoded(part);
    if (name === undefined ? part !== segment : value === undefined) return undefined;
    if (name !== undefined && value !== undefined) labels.set(name, value);
  }
  return labels;
}

/** `undefined` for what is empty or not percent-encoded rightly. */
function decoded(part: string): string | undefined {
  try {
    return part === "" ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
