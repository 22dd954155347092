/** What can happen to a connection (inputs), and what it wants done (effects). */
import type { Authorization, ConnectionAttempt, PendingAdmission, Verdict } from "../auth/index.ts";
import type {
  FrontendFrame,
  FrontendMessage,
  ProtocolViolation,
  StartupPacket,
} from "../pgwire/index.ts";
import type { BatchOutcome, CopyInStart, EngineBatch } from "./ports.ts";

/** Something that has happened. */
export type ConnectionInput =
  | { readonly kind: "startup-packet"; readonly packet: StartupPacket }
  | { readonly kind: "tls-established"; readonly serverName: string | undefined }
  /** There is nobody to talk to any more. */
  | { readonly kind: "tls-failed"; readonly reason: string }
  | {
      readonly kind: "admission-decided";
      readonly verdict: Verdict<{ readonly admission: PendingAdmission }>;
    }
  | { readonly kind: "password"; readonly password: string }
  | {
      readonly kind: "authorization-decided";
      readonly verdict: Verdict<{ readonly authorization: Authorization }>;
    }
  | {
      readonly kind: "session-opened";
      readonly processId: number;
      readonly secretKey: number;
      readonly parameters: ReadonlyMap<string, string>;
    }
  | { readonly kind: "session-refused"; readonly sqlState: string; readonly message: string }
  | {
      readonly kind: "message";
      readonly frame: FrontendFrame;
      readonly message: FrontendMessage;
      /** Age of the open transaction in seconds; 0 when none is open. */
      readonly transactionSeconds: number;
    }
  | {
      readonly kind: "batch-ended";
      readonly outcome: BatchOutcome;
      /** Whether the answer had an ErrorResponse; only known when the batch was watched. */
      readonly sawError: boolean;
    }
  | { readonly kind: "copy-started"; readonly start: CopyInStart }
  | { readonly kind: "protocol-violation"; readonly violation: ProtocolViolation }
  /** The client has closed its side, or is gone. */
  | { readonly kind: "end-of-input" }
  /** Whoever has not been let in by now never will. */
  | { readonly kind: "startup-deadline" }
  /** The engine under the session is gone. */
  | { readonly kind: "engine-lost"; readonly reason: string }
  /** Somebody ends the session: the reason is for the connection's record. */
  | { readonly kind: "termination"; readonly reason: string }
  /** The session has reached the limit of its age. */
  | { readonly kind: "session-deadline" }
  /** The transaction has reached the limit of its age. */
  | { readonly kind: "transaction-deadline" };

/** Something that the driver does. Effects of one transition are done one after the other. */
export type ConnectionEffect =
  | { readonly kind: "send"; readonly bytes: Uint8Array }
  /** Leads to `tls-established`. */
  | { readonly kind: "start-tls" }
  /** Leads to `admission-decided`. */
  | { readonly kind: "admit"; readonly attempt: ConnectionAttempt }
  /** Leads to `authorization-decided`. */
  | {
      readonly kind: "authorize";
      readonly admission: PendingAdmission;
      readonly password: string;
    }
  /** Leads to `session-opened` or `session-refused`. */
  | {
      readonly kind: "open-session";
      readonly authorization: Authorization;
      readonly settings: ReadonlyMap<string, string>;
    }
  /** Leads to `batch-ended`. */
  | {
      readonly kind: "run";
      readonly batch: EngineBatch;
      readonly watchesErrors: boolean;
      /** Number of statements of the client in it. */
      readonly statementCount: number;
      /** Whether the client learns nothing of it but of settings that change by it. */
      readonly isHidden: boolean;
    }
  /** Leads to `copy-started`. */
  | { readonly kind: "start-copy-in"; readonly batch: EngineBatch; readonly statementCount: number }
  /** CancelRequest: at another session's work. */
  | { readonly kind: "cancel"; readonly processId: number; readonly secretKey: number }
  /** Sends what is left and ends the connection; the reason is for the connection's record. */
  | { readonly kind: "close"; readonly reason: string };
