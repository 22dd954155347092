/** That the engine under a session is gone, or that the session was ended against its will. */

import type { SharedBackend } from "./multiplexer-backend.ts";

/** Whether a session is over, and why. */
export interface SessionEnd {
  /** Resolves with the reason, once there is one. */
  readonly lost: Promise<string>;
  reason(): string | undefined;
  /** Ends the session for this reason; the first one counts. */
  lose(reason: string): void;
  /** The session was closed: its backend need not remember it any more. */
  forget(): void;
}

/** Makes the end of a session, which comes with the end of its backend at the latest. */
export function createSessionEnd(backend: SharedBackend): SessionEnd {
  let reason: string | undefined;
  let resolveLost: (reason: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    resolveLost = resolve;
  });

  function lose(why: string): void {
    reason ??= why;
    resolveLost(reason);
  }

  const gone = backend.lostReason();
  if (gone === undefined) backend.lostListeners.add(lose);
  else lose(gone);
  return {
    lost,
    reason: () => reason,
    lose,
    forget: () => {
      backend.lostListeners.delete(lose);
    },
  };
}
