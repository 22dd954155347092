/** The connection is encrypted and says which cluster it is for: by SNI, or by the fallback option. */
import type { ConnectionAttempt } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";

/** Checks TLS and the presence of a server name. */
export function checkTlsAndSni(facts: {
  readonly attempt: ConnectionAttempt;
}): StepOutcome<object> {
  const { isEncrypted, serverName, clusterOption } = facts.attempt;
  const saw = { isEncrypted, serverName: serverName ?? null, clusterOption: clusterOption ?? null };
  if (!isEncrypted) {
    return {
      kind: "refuse",
      saw,
      refusal: refuse("tls_required", "the client sent its StartupMessage without TLS"),
    };
  }
  if (serverName === undefined && clusterOption === undefined) {
    const reason =
      "the ClientHello has no server name and the start-up options have no amzn-cluster-id";
    return { kind: "refuse", saw, refusal: refuse("sni_missing", reason) };
  }
  return { kind: "continue", facts: {}, saw };
}
