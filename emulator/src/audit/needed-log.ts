/**
 * What refused connections have needed, summed up by principal: also those that `soft` mode let in.
 * Apart from the decision log, so that nothing is forgotten when old decisions make room.
 */
import type { NeededPermissions, RefusalCode } from "../auth/index.ts";
import type { DecisionRecord } from "./decision-record.ts";
import { uncuredCodes } from "./record-needed.ts";
import { type NeedsOfPrincipal, summarizeNeeds } from "./summarize-needs.ts";

/** Different needs, and different kinds of refusals, that are kept (our choice). */
const MAX_KEPT = 1000;

/** One need: of a principal, for a cluster and a role of its database. */
export interface KeptNeed {
  readonly needed: NeededPermissions;
  /** Connections that needed it. */
  readonly connections: number;
  /** ISO 8601, in emulator time. */
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
}

/** Refusals that no permission cures, also those that `soft` mode waived; a connection may have several. */
export interface UncuredRefusals {
  readonly code: RefusalCode;
  /** Who signed; `null` where no right signature said so. */
  readonly principalArn: string | null;
  readonly connections: number;
}

/** The body of `GET /_emulator/needed`. */
export interface NeededSummary {
  /** In the order of their ARNs. */
  readonly principals: readonly NeedsOfPrincipal[];
  /** By code, then by principal. */
  readonly uncured: readonly UncuredRefusals[];
  /** Needs that had to make room for newer ones. */
  readonly dropped: number;
}

/** Adds up what records say is needed. */
export class NeededLog {
  /** By what they are about; the one that was seen last comes last. */
  readonly #needs = new Map<string, KeptNeed>();
  readonly #uncured = new Map<string, UncuredRefusals>();
  #dropped = 0;

  /** Takes note of a decision. */
  add(record: DecisionRecord): void {
    const { needed, principal, decidedAt } = record;
    if (needed !== null) this.#addNeed(needed, decidedAt);
    const principalArn = principal === null ? null : (principal.issuerArn ?? principal.arn);
    for (const code of uncuredCodes(record)) this.#addUncured(code, principalArn);
  }

  /** What has been needed so far. @param principal ARN or name of a user or role; all of them if not given */
  summary(principal?: string): NeededSummary {
    const principals = summarizeNeeds([...this.#needs.values()]);
    const uncured = [...this.#uncured.values()].sort(byCodeAndPrincipal);
    return {
      principals: principals.filter(
        ({ principal: { arn, name } }) =>
          principal === undefined || principal === arn || principal === name,
      ),
      uncured: uncured.filter(
        ({ principalArn }) =>
          principal === undefined ||
          principalArn === principal ||
          principalArn?.endsWith(`/${principal}`) === true,
      ),
      dropped: this.#dropped,
    };
  }

  /** Begins anew. */
  clear(): void {
    this.#needs.clear();
    this.#uncured.clear();
    this.#dropped = 0;
  }

  #addNeed(needed: NeededPermissions, seenAt: string): void {
    const { principal, cluster, access, grant } = needed;
    const key = JSON.stringify([principal.arn, cluster, access, grant]);
    const known = this.#needs.get(key);
    this.#needs.delete(key);
    this.#needs.set(key, {
      needed,
      connections: (known?.connections ?? 0) + 1,
      firstSeenAt: known?.firstSeenAt ?? seenAt,
      lastSeenAt: seenAt,
    });
    this.#makeRoom(this.#needs);
  }

  #addUncured(code: RefusalCode, principalArn: string | null): void {
    const key = JSON.stringify([code, principalArn]);
    const connections = (this.#uncured.get(key)?.connections ?? 0) + 1;
    this.#uncured.set(key, { code, principalArn, connections });
    this.#makeRoom(this.#uncured);
  }

  #makeRoom(kept: Map<string, unknown>): void {
    const [oldest] = kept.keys();
    if (kept.size <= MAX_KEPT || oldest === undefined) return;
    kept.delete(oldest);
    this.#dropped += 1;
  }
}

function byCodeAndPrincipal(left: UncuredRefusals, right: UncuredRefusals): number {
  const key = ({ code, principalArn }: UncuredRefusals): string => `${code} ${principalArn ?? ""}`;
  return key(left) < key(right) ? -1 : 1;
}
