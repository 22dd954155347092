/** Rules by which calls and connections fail on purpose, so that clients can be tested against failure. */

/** What a rule is about. */
export type FaultTarget =
  /** `service:Operation`, with `*` at its end for all that begin so. */
  | { readonly kind: "operation"; readonly operation: string }
  /** A step of the connection pipeline; the fault comes before it. */
  | { readonly kind: "connect-step"; readonly step: string };

/** What a client is told in place of an answer. */
export interface FaultError {
  /** Of an operation the service's error code, of a connection the SQLSTATE; `undefined` for 08006. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** Of an operation; `undefined` for the one that the service gives the code. */
  readonly httpStatus: number | undefined;
  /** Header `Retry-After` of DSQL's API. */
  readonly retryAfterSeconds: number | undefined;
}

/** What happens when a rule fires: first the latency, then the end, if there is one. */
export interface FaultEffect {
  /** Real milliseconds, 0 for none. */
  readonly latencyMs: number;
  readonly end:
    | { readonly kind: "none" }
    | { readonly kind: "error"; readonly error: FaultError }
    /** The socket is closed without an answer. */
    | { readonly kind: "drop" };
}

/** Which of its matches a rule fires on. */
export type FaultSchedule =
  | { readonly kind: "always" }
  /** The first `count` ones. */
  | { readonly kind: "count"; readonly count: number }
  /** Each n-th one. */
  | { readonly kind: "every"; readonly every: number }
  /** By chance, but the same for the same seed. */
  | { readonly kind: "probability"; readonly probability: number; readonly seed: number };

/** A rule. A filter that is `undefined` takes everything. */
export interface FaultRule {
  readonly target: FaultTarget;
  /** Of an operation the caller's account, of a connection the cluster's. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Cluster identifier. */
  readonly cluster: string | undefined;
  readonly effect: FaultEffect;
  readonly when: FaultSchedule;
}

/** What rules can be about: a rule for something that does not exist would never fire. */
export interface FaultTargets {
  /** `service:Operation` of all operations there are. */
  readonly operations: readonly string[];
  /** Names of the steps of the connection pipeline, in order. */
  readonly connectSteps: readonly string[];
}
