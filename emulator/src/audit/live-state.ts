/** How an open connection is doing, as plain JSON data. */
import type { LiveConnection, OpenConnection } from "../session/index.ts";

/** What changes while a connection is open. */
export interface LiveState {
  readonly databaseRole: string;
  /** When the session is too old, ISO 8601, in emulator time. */
  readonly expiresAt: string;
  /** Until then; 0 when it has passed and a transaction is still open. */
  readonly remainingSeconds: number;
  readonly transactionState: LiveConnection["transactionState"];
  /** When the open transaction began; `null` when none is open. */
  readonly transactionSince: string | null;
  /** Statements that have begun, whatever became of them. */
  readonly statements: number;
}

/** The state of an open connection at this moment. */
export function liveState({ authorization, handle }: OpenConnection, now: Date): LiveState {
  const { expiresAt, transactionState, transactionSince, statementCount } = handle.live();
  return {
    databaseRole: authorization.databaseRole,
    expiresAt: expiresAt.toISOString(),
    remainingSeconds: Math.max(0, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000)),
    transactionState,
    transactionSince: transactionSince?.toISOString() ?? null,
    statements: statementCount,
  };
}
