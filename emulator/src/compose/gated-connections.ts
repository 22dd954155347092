/**
 * Connections at the gate of the state: from the moment at which one is decided on until its session is
 * open, or it has ended, the state is not changed as a whole. So nobody gets in by what counted before.
 */
import type { Cluster, ClusterDirectory, ConnectionAuthorizer } from "../auth/index.ts";
import { type Leave, StateGate } from "./state-gate.ts";

/** The connections that are on their way in. */
export class GatedConnections {
  readonly gate = new StateGate();
  /** By session id. */
  readonly #inside = new Map<string, Leave>();

  /** The authorizer, behind the gate. The cluster is looked up again: it may have become another one, or none. */
  authorizer(
    inner: ConnectionAuthorizer,
    clusters: Pick<ClusterDirectory, "findCluster">,
  ): ConnectionAuthorizer {
    const ofNow = (found: Cluster): Cluster =>
      clusters.findCluster(found.identifier, found.region) ?? { ...found, status: "DELETED" };
    return {
      admit: async (attempt) => {
        const leave = await this.gate.enter();
        try {
          return await inner.admit(attempt);
        } finally {
          leave();
        }
      },
      authorize: async (admission, password) => {
        const { sessionId } = admission.attempt;
        this.#inside.set(sessionId, await this.gate.enter());
        const cluster = ofNow(admission.cluster);
        const verdict = await inner.authorize({ ...admission, cluster }, password);
        if (verdict.kind === "refused") this.arrived(sessionId);
        return verdict;
      },
    };
  }

  /** The session of a connection is open, or will never be. */
  arrived(sessionId: string): void {
    this.#inside.get(sessionId)?.();
    this.#inside.delete(sessionId);
  }
}
