/** Pages of lists. */
import { IamError } from "./iam-error.ts";
import { throwViolations, violation } from "./member-rules.ts";

/** What a request for a list says of the page that it wants. */
export interface PageInput {
  /** 1 to 1,000; 100 unless given. */
  readonly maxItems?: number | undefined;
  /** From the page before. */
  readonly marker?: string | undefined;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly isTruncated: boolean;
  /** For the next page; only of a truncated one. */
  readonly marker?: string;
}

const DEFAULT_MAX_ITEMS = 100;
const MAX_ITEMS = 1000;

/**
 * The page of `items` that a request wants, sorted by key. A marker holds the key of the page's last
 * item, so that what comes and goes between two requests shifts nothing.
 *
 * @throws IamError `ValidationError` for a size out of range or a marker that is none of ours
 */
export function paginate<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
  { maxItems = DEFAULT_MAX_ITEMS, marker }: PageInput,
): Page<Item> {
  checkMaxItems(maxItems);
  const after = marker === undefined ? undefined : keyOfMarker(marker);
  const keyed = Array.from(items, (item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  const page = keyed.slice(0, maxItems);
  const last = page.at(-1);
  const isTruncated = keyed.length > page.length;
  return {
    items: page.map(({ item }) => item),
    isTruncated,
    ...(isTruncated && last !== undefined ? { marker: markerOf(last.key) } : {}),
  };
}

function checkMaxItems(maxItems: number): void {
  const quoted = `'${maxItems}'`;
  if (!Number.isInteger(maxItems) || maxItems < 1) {
    const text = "Member must have value greater than or equal to 1";
    throwViolations([violation(quoted, "maxItems", text)]);
  }
  if (maxItems > MAX_ITEMS) {
    const text = `Member must have value less than or equal to ${MAX_ITEMS}`;
    throwViolations([violation(quoted, "maxItems", text)]);
  }
}

const MARKER_PREFIX = "key:";

function markerOf(key: string): string {
  return btoa(encodeURIComponent(MARKER_PREFIX + key));
}

function keyOfMarker(marker: string): string {
  try {
    const text = decodeURIComponent(atob(marker));
    if (text.startsWith(MARKER_PREFIX)) return text.slice(MARKER_PREFIX.length);
  } catch {
    // Neither base64 nor percent-encoded: as wrong as a marker without the prefix.
  }
  throw new IamError("ValidationError", "Invalid Marker.");
}
