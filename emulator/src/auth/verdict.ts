/** What authorization says of a connection, and what it leaves behind for the decision log. */
import type { Caller } from "../iam/index.ts";
import type { Cluster, ConnectionAttempt } from "./connection-attempt.ts";
import type { EnforcementMode, TraceEntry } from "./pipeline.ts";
import type { AuthRefusal } from "./refusal.ts";

/** Facts of a connection that may be asked for its password. */
export interface Admission {
  readonly attempt: ConnectionAttempt;
  readonly cluster: Cluster;
}

/** Outcome of one phase of the pipeline. */
export type Verdict<Facts> =
  | ({ readonly kind: "admitted" } & Facts)
  | { readonly kind: "refused"; readonly refusal: AuthRefusal };

/** Facts of an authorized connection. */
export interface Authorization {
  readonly cluster: Cluster;
  readonly databaseRole: string;
  /** Who signed; `undefined` if the enforcement mode let somebody in without a valid token. */
  readonly principal: Caller | undefined;
}

/** Everything that is known of one attempt: the content of its decision record. */
export interface ConnectionDecision {
  readonly attempt: ConnectionAttempt;
  readonly decidedAt: Date;
  readonly mode: EnforcementMode;
  readonly outcome: "admitted" | "refused";
  /** Why it was refused; or, for an admitted one in `soft` mode, why it would have been. */
  readonly refusal: AuthRefusal | undefined;
  readonly cluster: Cluster | undefined;
  /** Who signed, once the signature was found right, even if a later check refused. */
  readonly principal: Caller | undefined;
  /** Of whoever signed. */
  readonly accessKeyId: string | undefined;
  readonly trace: readonly TraceEntry[];
}

/** Decides on connections; the port that sessions use. Neither function ever rejects. */
export interface ConnectionAuthorizer {
  /** The checks that are made before the password is asked for. */
  admit(attempt: ConnectionAttempt): Promise<Verdict<{ readonly admission: PendingAdmission }>>;
  /** The checks on the password. */
  authorize(
    admission: PendingAdmission,
    password: string,
  ): Promise<Verdict<{ readonly authorization: Authorization }>>;
}

/** An admission and the trace that it left so far. */
export interface PendingAdmission extends Admission {
  readonly trace: readonly TraceEntry[];
}
