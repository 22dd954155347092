/**
 * The decision record: all that is kept of one attempt to connect, as plain JSON data of bounded
 * size. It holds no secret: the steps of the pipeline redact what they saw.
 */
import type { EnforcementMode, NeededPermissions, RefusalCode, TraceEntry } from "../auth/index.ts";

/** How well DSQL's answer is known; see the refusal catalogue. */
export type Confidence = "documented" | "observed" | "inferred" | "chosen";

/** A value as JSON can hold it. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** A refusal: DSQL's answer to the client, and what the emulator knows. */
export interface RecordedRefusal {
  readonly code: RefusalCode;
  readonly severity: "FATAL";
  readonly sqlState: string;
  /** DSQL's message, as the client got it. */
  readonly message: string;
  readonly detail: string;
  readonly hint: string | null;
  /** The emulator's words for this case. */
  readonly reason: string;
  /** What this kind of refusal means. */
  readonly meaning: string;
  /** What to do: in this case, where that is known. */
  readonly fix: string;
  readonly confidence: { readonly sqlState: Confidence; readonly text: Confidence };
  /** Where DSQL's answer is known from. */
  readonly source: string;
}

/** One step of the pipeline, in the order in which the steps were made. */
export interface RecordedStep {
  readonly step: string;
  readonly outcome: TraceEntry["outcome"];
  readonly saw: Readonly<Record<string, JsonValue>>;
  /** Of a step that was refused or waived. */
  readonly refusal: RecordedRefusal | null;
}

/** What became of the attempt: `admitted` until the database session is open, `open` until it ends. */
export interface RecordedConnection {
  readonly state: "refused" | "admitted" | "open" | "closed";
  /** ISO 8601, in emulator time; `null` until it was open. */
  readonly openedAt: string | null;
  readonly closedAt: string | null;
  readonly closeReason: string | null;
  /** As BackendKeyData showed it. */
  readonly processId: number | null;
  readonly applicationName: string | null;
}

/** Who signed. */
export interface RecordedPrincipal {
  readonly kind: string;
  readonly arn: string;
  readonly accountId: string;
  /** The role or user that a session is of; `null` for long-term credentials. */
  readonly issuerArn: string | null;
}

/** A record without its trace, for lists. */
export interface DecisionSummary {
  readonly sessionId: string;
  /** ISO 8601, in emulator time. */
  readonly receivedAt: string;
  readonly decidedAt: string;
  readonly mode: EnforcementMode;
  readonly outcome: "admitted" | "refused";
  readonly requestedUser: string;
  readonly requestedDatabase: string;
  readonly clientAddress: string;
  /** SNI host name; `null` if the client sent none. */
  readonly serverName: string | null;
  /** `null` when the attempt led to no cluster. */
  readonly clusterArn: string | null;
  /** `null` unless the signature was found right. */
  readonly principal: RecordedPrincipal | null;
  /** Of an admitted one: why `strict` would have refused it. */
  readonly refusal: RecordedRefusal | null;
  /** What would make the refusals of a trace that permissions can cure go away; `null` if none can. */
  readonly needed: NeededPermissions | null;
  readonly connection: RecordedConnection;
  /** Whether something was cut to keep the record small; the text says where. */
  readonly isShortened: boolean;
}

/** A record with its trace. */
export interface DecisionRecord extends DecisionSummary {
  readonly trace: readonly RecordedStep[];
}
