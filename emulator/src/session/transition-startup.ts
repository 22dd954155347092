/** From the first packet to the first ReadyForQuery. */
import {
  type Authorization,
  clientError,
  type AuthRefusal,
  type PendingAdmission,
  type Verdict,
} from "../auth/index.ts";
import {
  authenticationCleartextPassword,
  authenticationOk,
  backendKeyData,
  concatMessages,
  errorResponse,
  negotiateProtocolVersion,
  parameterStatus,
  ProtocolViolation,
  readyForQuery,
  type StartupPacket,
} from "../pgwire/index.ts";
import { assertNever } from "../shared/index.ts";
import { EMPTY_DRAFT } from "./batch-draft.ts";
import type { ConnectionEffect, ConnectionInput } from "./connection-event.ts";
import { NEW_SESSION, type StateOf } from "./connection-state.ts";
import { readStartupParameters } from "./startup-parameters.ts";
import type { Step } from "./step.ts";
import type { ConnectionFacts } from "./transition.ts";

/** The newest minor version of protocol 3 that the emulator speaks. */
const MINOR_VERSION = 0;
/** One-byte answers to SSLRequest and GSSENCRequest. */
const WILLING = Uint8Array.of(0x53);
const UNWILLING = Uint8Array.of(0x4e);

/** The first packet, or the one after a refused or finished negotiation of encryption. */
export function onStartupPacket(
  state: StateOf<"AwaitingStartup">,
  packet: StartupPacket,
  facts: ConnectionFacts,
): Step {
  switch (packet.type) {
    case "SSLRequest":
      if (state.isEncrypted) throw new ProtocolViolation("SSLRequest on an encrypted connection");
      return {
        state: { kind: "NegotiatingTls" },
        effects: [{ kind: "send", bytes: WILLING }, { kind: "start-tls" }],
      };
    case "GSSENCRequest":
      if (state.isEncrypted)
        throw new ProtocolViolation("GSSENCRequest on an encrypted connection");
      return { state, effects: [{ kind: "send", bytes: UNWILLING }] };
    case "CancelRequest":
      return {
        state: { kind: "Closed" },
        effects: [
          { kind: "cancel", processId: packet.processId, secretKey: packet.secretKey },
          { kind: "close", reason: "the connection was a CancelRequest" },
        ],
      };
    case "StartupMessage":
      return onStartupMessage(state, packet, facts);
    default:
      return assertNever(packet, "startup packet");
  }
}

function onStartupMessage(
  state: StateOf<"AwaitingStartup">,
  packet: Extract<StartupPacket, { readonly type: "StartupMessage" }>,
  facts: ConnectionFacts,
): Step {
  const { user, database, clusterOption, settings } = readStartupParameters(packet.parameters);
  const attempt = {
    sessionId: facts.sessionId,
    receivedAt: facts.receivedAt,
    clientAddress: facts.clientAddress,
    isEncrypted: state.isEncrypted,
    serverName: state.serverName,
    requestedUser: user,
    requestedDatabase: database,
    clusterOption,
    settings,
  };
  const effects: ConnectionEffect[] = [{ kind: "admit", attempt }];
  const { unrecognizedOptions } = packet;
  if (packet.minorVersion > MINOR_VERSION || unrecognizedOptions.length > 0) {
    const bytes = negotiateProtocolVersion(MINOR_VERSION, unrecognizedOptions);
    effects.unshift({ kind: "send", bytes });
  }
  return { state: { kind: "Admitting", attempt }, effects };
}

/** After the checks that need no password. */
export function onAdmission(
  _state: StateOf<"Admitting">,
  verdict: Verdict<{ readonly admission: PendingAdmission }>,
  facts: ConnectionFacts,
): Step {
  if (verdict.kind === "refused") return refused(verdict.refusal, facts);
  return {
    state: { kind: "AwaitingPassword", admission: verdict.admission },
    effects: [{ kind: "send", bytes: authenticationCleartextPassword() }],
  };
}

/** The token has come. */
export function onPassword(state: StateOf<"AwaitingPassword">, password: string): Step {
  const { admission } = state;
  return {
    state: { kind: "Authorizing", admission },
    effects: [{ kind: "authorize", admission, password }],
  };
}

/** After all checks. */
export function onAuthorization(
  state: StateOf<"Authorizing">,
  verdict: Verdict<{ readonly authorization: Authorization }>,
  facts: ConnectionFacts,
): Step {
  if (verdict.kind === "refused") return refused(verdict.refusal, facts);
  const { authorization } = verdict;
  return {
    state: { kind: "OpeningSession", authorization },
    effects: [{ kind: "open-session", authorization, settings: state.admission.attempt.settings }],
  };
}

/** The greeting of an admitted client. */
export function onSessionOpened(
  opened: Extract<ConnectionInput, { readonly kind: "session-opened" }>,
): Step {
  const bytes = concatMessages([
    authenticationOk(),
    ...[...opened.parameters].map(([name, value]) => parameterStatus(name, value)),
    backendKeyData(opened.processId, opened.secretKey),
    readyForQuery("idle"),
  ]);
  return {
    state: { kind: "Ready", draft: EMPTY_DRAFT, ...NEW_SESSION },
    effects: [{ kind: "send", bytes }],
  };
}

function refused(refusal: AuthRefusal, facts: ConnectionFacts): Step {
  const error = clientError(refusal, facts.sessionId, { explain: facts.explainsErrors });
  const close = { kind: "close", reason: `refused: ${refusal.code}` } as const;
  return {
    state: { kind: "Closed" },
    effects:
      refusal.isSilent === true ? [close] : [{ kind: "send", bytes: errorResponse(error) }, close],
  };
}
