/** Context keys of a simulated request, with the types that they are given with. */
import { canonicalBase64 } from "./condition/binary.ts";
import { parseDate } from "./condition/date.ts";
import { parseDecimal } from "./condition/decimal.ts";
import { parseIpAddress } from "./condition/ip-address.ts";
import type { ContextKeys } from "./request-context.ts";

/** A key with its values, as `SimulatePrincipalPolicy` takes it. */
export interface ContextEntry {
  readonly contextKeyName?: string | undefined;
  readonly contextKeyValues?: readonly string[] | undefined;
  /** One of `CONTEXT_KEY_TYPES`. */
  readonly contextKeyType?: string | undefined;
}

/** The keys, or what is wrong with an entry. */
export type ParsedContext =
  | { readonly kind: "parsed"; readonly keys: ContextKeys }
  /** `index` from 0. */
  | { readonly kind: "malformed"; readonly index: number; readonly message: string };

const CHECKS = new Map<string, (text: string) => boolean>([
  ["string", () => true],
  ["numeric", (text) => parseDecimal(text) !== undefined],
  ["boolean", (text) => /^(?:true|false)$/i.test(text)],
  ["ip", (text) => parseIpAddress(text) !== undefined],
  ["binary", (text) => canonicalBase64(text) !== undefined],
  ["date", (text) => parseDate(text) !== undefined],
]);
const LIST = "List";

/** The types that there are: of one value, and of a list. */
export const CONTEXT_KEY_TYPES: readonly string[] = [...CHECKS.keys()].flatMap((type) => [
  type,
  `${type}${LIST}`,
]);

/** Reads the entries: each has a name of its own, a type, and values that are of the type. */
export function parseContextEntries(entries: readonly ContextEntry[]): ParsedContext {
  const keys = new Map<string, readonly string[]>();
  for (const [index, entry] of entries.entries()) {
    const message = problemOf(entry, keys);
    if (message !== undefined) return { kind: "malformed", index, message };
    const { contextKeyName = "", contextKeyValues = [] } = entry;
    keys.set(contextKeyName.toLowerCase(), contextKeyValues);
  }
  return { kind: "parsed", keys };
}

function problemOf(
  { contextKeyName, contextKeyValues, contextKeyType }: ContextEntry,
  before: ContextKeys,
): string | undefined {
  if (contextKeyName === undefined) return "ContextKeyName is missing";
  if (contextKeyType === undefined) return "ContextKeyType is missing";
  if (contextKeyValues === undefined) return "ContextKeyValues is missing";
  if (before.has(contextKeyName.toLowerCase())) return `the key ${contextKeyName} comes twice`;
  const isList = contextKeyType.endsWith(LIST);
  const type = isList ? contextKeyType.slice(0, -LIST.length) : contextKeyType;
  const check = CHECKS.get(type);
  if (check === undefined) return `there is no type ${contextKeyType}`;
  if (!isList && contextKeyValues.length !== 1) return `the type ${type} takes one value`;
  const wrong = contextKeyValues.find((value) => !check(value));
  return wrong === undefined ? undefined : `${wrong} is not of the type ${type}`;
}
