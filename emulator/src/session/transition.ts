/**
 * The connection as a function from a state and something that happened to the next state and what
 * is to be done. Pure and synchronous; the driver owns the socket, the clock and the waiting.
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html
 */
import { assertNever } from "../shared/index.ts";
import type { ConnectionInput } from "./connection-event.ts";
import type { ConnectionState } from "./connection-state.ts";
import {
  afterEndedTransaction,
  onSessionDeadline,
  onTransactionDeadline,
  settled,
} from "./session-life.ts";
import type { SessionLimits } from "./session-limits.ts";
import { closeWith, type Step, TERMINATED, unexpected } from "./step.ts";
import { afterCopyStarted, onCopyMessage } from "./transition-copy.ts";
import { onMessageOfEnded } from "./transition-ended.ts";
import { afterBatch, onMessage, onSkippedMessage } from "./transition-query.ts";
import {
  onAdmission,
  onAuthorization,
  onPassword,
  onSessionOpened,
  onStartupPacket,
} from "./transition-startup.ts";

/** What never changes during a connection. */
export interface ConnectionFacts {
  /** 26 characters. */
  readonly sessionId: string;
  readonly clientAddress: string;
  readonly receivedAt: Date;
  readonly explainsErrors: boolean;
  readonly limits: SessionLimits;
}

/** The next state, and what to do on the way. */
export function transition(
  state: ConnectionState,
  input: ConnectionInput,
  facts: ConnectionFacts,
): Step {
  return settled(advance(state, input, facts), facts.limits);
}

function advance(state: ConnectionState, input: ConnectionInput, facts: ConnectionFacts): Step {
  switch (input.kind) {
    case "protocol-violation":
      return closeWith(
        input.violation.sqlState,
        input.violation.message,
        `protocol violation: ${input.violation.message}`,
      );
    case "end-of-input":
      return {
        state: { kind: "Closed" },
        effects: [{ kind: "close", reason: "the client closed the connection" }],
      };
    case "startup-deadline":
      // A client that was let in while the deadline passed, or waits for its engine, was in time.
      if (!isAuthenticating(state)) return { state, effects: [] };
      return closeWith(
        "57014",
        "canceling authentication due to timeout",
        "the client took too long to authenticate",
      );
    case "engine-lost":
      return closeWith(
        TERMINATED.sqlState,
        TERMINATED.message,
        `the database engine was lost: ${input.reason}`,
      );
    case "termination":
      return closeWith(TERMINATED.sqlState, TERMINATED.message, input.reason);
    case "session-deadline":
      return onSessionDeadline(state, facts.limits);
    case "transaction-deadline":
      return onTransactionDeadline(state, facts.limits);
    default:
      return progress(state, input, facts);
  }
}

function isAuthenticating({ kind }: ConnectionState): boolean {
  switch (kind) {
    case "AwaitingStartup":
    case "NegotiatingTls":
    case "Admitting":
    case "AwaitingPassword":
    case "Authorizing":
      return true;
    case "OpeningSession":
    case "Ready":
    case "Executing":
    case "StartingCopyIn":
    case "CopyingIn":
    case "SkippingUntilSync":
    case "EndingTransaction":
    case "Closed":
      return false;
    default:
      return assertNever(kind, "connection state");
  }
}

type ProgressInput = Exclude<
  ConnectionInput,
  {
    readonly kind:
      | "protocol-violation"
      | "end-of-input"
      | "startup-deadline"
      | "engine-lost"
      | "termination"
      | "session-deadline"
      | "transaction-deadline";
  }
>;

/** The inputs that only one or two states expect. */
function progress(state: ConnectionState, input: ProgressInput, facts: ConnectionFacts): Step {
  switch (input.kind) {
    case "startup-packet":
      if (state.kind !== "AwaitingStartup") return unexpected(state, input);
      return onStartupPacket(state, input.packet, facts);
    case "tls-established":
      if (state.kind !== "NegotiatingTls") return unexpected(state, input);
      return {
        state: { kind: "AwaitingStartup", isEncrypted: true, serverName: input.serverName },
        effects: [],
      };
    case "tls-failed":
      if (state.kind !== "NegotiatingTls") return unexpected(state, input);
      return {
        state: { kind: "Closed" },
        effects: [{ kind: "close", reason: `the TLS handshake failed: ${input.reason}` }],
      };
    case "admission-decided":
      if (state.kind !== "Admitting") return unexpected(state, input);
      return onAdmission(state, input.verdict, facts);
    case "password":
      if (state.kind !== "AwaitingPassword") return unexpected(state, input);
      return onPassword(state, input.password);
    case "authorization-decided":
      if (state.kind !== "Authorizing") return unexpected(state, input);
      return onAuthorization(state, input.verdict, facts);
    case "session-opened":
      if (state.kind !== "OpeningSession") return unexpected(state, input);
      return onSessionOpened(input);
    case "session-refused":
      if (state.kind !== "OpeningSession") return unexpected(state, input);
      return closeWith(input.sqlState, input.message, `no database session: ${input.message}`);
    case "message":
      if (state.kind === "Ready") {
        return state.transactionAge === "within-limit"
          ? onMessage(state, input)
          : onMessageOfEnded(state, input, facts.limits);
      }
      if (state.kind === "CopyingIn") return onCopyMessage(state, input);
      if (state.kind === "SkippingUntilSync") return onSkippedMessage(state, input);
      return unexpected(state, input);
    case "batch-ended":
      if (state.kind === "EndingTransaction") return afterEndedTransaction(state, input);
      if (state.kind !== "Executing") return unexpected(state, input);
      return afterBatch(state, input);
    case "copy-started":
      if (state.kind !== "StartingCopyIn") return unexpected(state, input);
      return afterCopyStarted(state, input.start);
    default:
      return assertNever(input, "connection input");
  }
}
