/**
 * The states of a connection. Each one carries exactly the data that exists in it; what leads from
 * one to the next is `transition.ts`.
 *
 * | state             | waits for                        | next                                         |
 * | ----------------- | -------------------------------- | -------------------------------------------- |
 * | AwaitingStartup   | SSLRequest, StartupMessage …     | NegotiatingTls, Admitting, Closed            |
 * | NegotiatingTls    | the TLS handshake                | AwaitingStartup, encrypted                   |
 * | Admitting         | the checks before the password   | AwaitingPassword, Closed                     |
 * | AwaitingPassword  | PasswordMessage                  | Authorizing                                  |
 * | Authorizing       | the checks on the token          | OpeningSession, Closed                       |
 * | OpeningSession    | the engine                       | Ready, Closed                                |
 * | Ready             | messages of a batch              | Executing, StartingCopyIn, Closed …          |
 * | Executing         | the engine                       | Ready, SkippingUntilSync, Closed             |
 * | StartingCopyIn    | the engine                       | CopyingIn, Ready, Closed                     |
 * | CopyingIn         | CopyData, CopyDone, CopyFail     | Executing                                    |
 * | SkippingUntilSync | Sync; drops everything before it | Ready, Executing                             |
 * | EndingTransaction | the engine, with a rollback      | Ready, Closed                                |
 * | Closed            | nothing                          |                                              |
 *
 * Closed can follow on each of them: the client goes, or the session is ended (`session-life.ts`).
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html
 */
import type { Authorization, ConnectionAttempt, PendingAdmission } from "../auth/index.ts";
import type { Refusal } from "../sql/index.ts";
import type { BatchDraft } from "./batch-draft.ts";
import type { TransactionStatus } from "./ports.ts";
import type { BatchPurpose } from "./transaction-end.ts";
import { NO_WORK, type WorkMemory } from "./transaction-work.ts";

/** Transaction status between two batches. */
export type SettledStatus = Exclude<TransactionStatus, "unfinished">;

/**
 * How a transaction stands to the limit of its age:
 *
 * - `exceeded`: it is too old, and a batch of it still runs in the engine;
 * - `ended-untold`: it was rolled back in the engine for its age, and the client has yet to hear it;
 * - `ended-told`: the same, and the client believes that it has failed.
 */
export type TransactionAge = "within-limit" | "exceeded" | "ended-untold" | "ended-told";

/** What every state of an opened session carries. */
export interface SessionFacts {
  /** As the client was told last. */
  readonly transactionStatus: SettledStatus;
  readonly transactionAge: TransactionAge;
  /** Whether something ran since the last ReadyForQuery: a transaction of its own may be open. */
  readonly isUnsynced: boolean;
  /** Whether the session is too old: it is closed when no transaction is open any more. */
  readonly isExpired: boolean;
  /** Prepared statements that end a transaction; a few of them, by name. */
  readonly preparedEnds: ReadonlyMap<string, BatchPurpose>;
  /**
   * Whether a statement that removes all prepared statements was ever prepared by Parse: from then
   * on every batch may execute it.
   */
  readonly hasPreparedDeallocateAll: boolean;
  /** For the rule of one DDL statement in a transaction. */
  readonly work: WorkMemory;
}

/** The facts of a session that has just been opened. */
export const NEW_SESSION: SessionFacts = {
  transactionStatus: "idle",
  transactionAge: "within-limit",
  isUnsynced: false,
  isExpired: false,
  preparedEnds: new Map(),
  hasPreparedDeallocateAll: false,
  work: NO_WORK,
};

/** The facts alone, of a state that has more. */
export function sessionFacts(state: SessionFacts): SessionFacts {
  const { transactionStatus, transactionAge, isUnsynced, isExpired } = state;
  const { preparedEnds, hasPreparedDeallocateAll, work } = state;
  return {
    transactionStatus,
    transactionAge,
    isUnsynced,
    isExpired,
    preparedEnds,
    hasPreparedDeallocateAll,
    work,
  };
}

/** A Query or FunctionCall, which ends with ReadyForQuery by itself, or what stands for an Execute. */
export interface SelfContainedDraft {
  readonly draft: BatchDraft;
  /** Whether it is a COPY … FROM STDIN, whose data has yet to come. */
  readonly startsCopyIn: boolean;
  /**
   * The error of an Execute that is refused: then the draft is a Query that makes the engine fail
   * with it, hidden from the client, who gets the error alone.
   */
  readonly refusal?: Refusal | undefined;
}

/** Where a connection stands. */
export type ConnectionState =
  | {
      readonly kind: "AwaitingStartup";
      readonly isEncrypted: boolean;
      readonly serverName: string | undefined;
    }
  | { readonly kind: "NegotiatingTls" }
  | { readonly kind: "Admitting"; readonly attempt: ConnectionAttempt }
  | { readonly kind: "AwaitingPassword"; readonly admission: PendingAdmission }
  | { readonly kind: "Authorizing"; readonly admission: PendingAdmission }
  | { readonly kind: "OpeningSession"; readonly authorization: Authorization }
  | ({
      readonly kind: "Ready";
      /** Messages since the last Query, Sync or Flush. */
      readonly draft: BatchDraft;
    } & SessionFacts)
  | ({
      readonly kind: "Executing";
      readonly endsWithReadyForQuery: boolean;
      /** A Query or FunctionCall that came behind messages without Sync and runs after them. */
      readonly next: SelfContainedDraft | undefined;
      /** The error that the client gets in the place of what the engine answers. */
      readonly refusal?: Refusal | undefined;
    } & SessionFacts)
  | ({ readonly kind: "StartingCopyIn"; readonly draft: BatchDraft } & SessionFacts)
  | ({
      readonly kind: "CopyingIn";
      /** The COPY and its data so far; without the data when it is too much. */
      readonly draft: BatchDraft;
      readonly isTooMuch: boolean;
    } & SessionFacts)
  | ({
      readonly kind: "SkippingUntilSync";
      /** Whether the engine skips as well, so that it must get the Sync. */
      readonly engineSkipsToo: boolean;
    } & SessionFacts)
  | ({
      readonly kind: "EndingTransaction";
      /** Messages that wait for their Query, Sync or Flush. */
      readonly draft: BatchDraft;
    } & SessionFacts)
  | { readonly kind: "Closed" };

/** The state of this kind. */
export type StateOf<Kind extends ConnectionState["kind"]> = Extract<
  ConnectionState,
  { readonly kind: Kind }
>;
