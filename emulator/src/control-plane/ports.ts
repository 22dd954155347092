/** What the control plane asks of the rest of the emulator. */
import type {
  ApiCall,
  CloudTrailEvent,
  DecisionCounts,
  DecisionListOptions,
  DecisionRecord,
  DecisionSummary,
  EventListOptions,
  LiveState,
  NeededSummary,
} from "../audit/index.ts";
import type { CoverageReport } from "../coverage/index.ts";
import type { AccessMatrix, Finding, MatrixQuestion } from "../review/index.ts";
import type { CallFault, FaultableCall, FaultAddition, FaultReport } from "../faults/index.ts";

/** The fault rules; `Faults` keeps them. */
export interface FaultRules {
  /** Reads a rule; all that is wrong with it is told at once. */
  add(json: unknown): FaultAddition;
  list(): readonly FaultReport[];
  /** @returns whether it was there */
  remove(id: string): boolean;
  clear(): void;
}

/** Makes calls of AWS's APIs fail on purpose; `Faults` does. */
export interface FaultInjector {
  /** Waits as long as rules say, and tells how the call ends; `undefined` when it goes on. */
  beforeCall(call: FaultableCall): Promise<CallFault | undefined>;
}

/** Events in CloudTrail's form; `EventLog` keeps them. */
export interface EventRecords {
  /** Newest first. */
  list(options: EventListOptions): readonly CloudTrailEvent[];
  counts(): { readonly events: number; readonly dropped: number };
}

/** What refused connections have needed; `NeededLog` keeps it. */
export interface NeededRecords {
  /** @param principal ARN or name of a user or role; all of them if not given */
  summary(principal?: string): NeededSummary;
  /** Begins anew. */
  clear(): void;
}

/** Is told of each call of AWS's APIs whose operation is known, when its answer is. */
export interface ApiCallRecorder {
  recordCall(call: ApiCall): void;
}

/** Says whether everything listens and the emulator takes connections. */
export interface ReadinessProbe {
  isReady(): boolean;
}

/** Counts the clusters that exist. */
export interface ClusterCounter {
  count(): number;
}

/** The certificate of the authority that clients trust. */
export interface CaCertificateSource {
  /** PEM text, never a key; `undefined` when the user's own certificate is served and there is no authority. */
  caCertificate(): string | undefined;
}

/** Tells how the hooks of the start are doing; `Hooks` does. */
export interface HookReports {
  /** In the order in which they run. */
  reports(): readonly {
    readonly name: string;
    readonly kind: string;
    readonly status: string;
    readonly durationMs?: number;
    readonly error?: string;
  }[];
}

/** Tells what there is. */
export interface StateSource {
  /** In the form of the configuration file; secrets only on request. */
  describe(options: { readonly withSecrets: boolean }): object;
}

/** The records of connections, and those that are open; `DecisionLog` keeps them. */
export interface ConnectionRecords {
  find(sessionId: string): DecisionRecord | undefined;
  /** Newest first. */
  list(options: DecisionListOptions): readonly DecisionSummary[];
  /** How a connection is doing; `undefined` when it is not open. */
  live(sessionId: string): LiveState | undefined;
  /**
   * Ends an open connection; resolves when it is closed.
   *
   * @param reason for its record
   * @returns whether there was one
   */
  end(sessionId: string, reason: string): Promise<boolean>;
  counts(): DecisionCounts;
}

/** Tells who can connect as what, and what looks wrong; engines may have to be started for it. */
export interface AccessReviews {
  matrix(question: MatrixQuestion): Promise<AccessMatrix>;
  /** The gravest first. */
  findings(): Promise<readonly Finding[]>;
}

/** How often statements, conditions and mappings have decided. */
export interface CoverageReports {
  report(): Promise<CoverageReport>;
  /** Counts begin anew. */
  reset(): void;
}
