/** Pages of lists. */
import { invalid } from "./clusters-error.ts";

/** What a request for a list says of the page that it wants. */
export interface PageInput {
  readonly maxResults?: number | undefined;
  /** From the page before. */
  readonly nextToken?: string | undefined;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** For the next page, if there is one. */
  readonly nextToken?: string;
}

/**
 * The page of `items`, which are in the order of their sequence numbers. A token is for the list that
 * it came from, and holds the number of the page's last item, so that what comes and goes between two
 * requests shifts nothing.
 *
 * @param list names the list: what, in which account and region
 * @throws ClustersError `invalid` for a token that is not of this list
 */
export function paginate<Item extends { readonly sequence: number }>(
  items: Iterable<Item>,
  list: string,
  { maxResults, nextToken }: PageInput,
  defaultSize: number,
): Page<Item> {
  const after = nextToken === undefined ? -1 : sequenceOf(nextToken, list);
  const size = maxResults ?? defaultSize;
  const page: Item[] = [];
  for (const item of items) {
    if (item.sequence <= after) continue;
    const last = page[size - 1];
    if (last !== undefined) return { items: page, nextToken: tokenOf(last.sequence, list) };
    page.push(item);
  }
  return { items: page };
}

function tokenOf(sequence: number, list: string): string {
  return btoa(`${list}:${sequence}`);
}

function sequenceOf(token: string, list: string): number {
  const sequence = decoded(token).slice(list.length + 1);
  if (/^\d{1,15}$/.test(sequence) && tokenOf(Number(sequence), list) === token) {
    return Number(sequence);
  }
  // Chosen: the service's text is not published.
  throw invalid("The next token is not valid.", "nextToken");
}

function decoded(token: string): string {
  try {
    return atob(token);
  } catch {
    return "";
  }
}
