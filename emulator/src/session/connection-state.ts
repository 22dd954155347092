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
 * | Ready             | messages of a batch              | Executing, StartingCopyIn, Closed            |
 * | Executing         | the engine                       | Ready, SkippingUntilSync, Closed             |
 * | StartingCopyIn    | the engine                       | CopyingIn, Ready, Closed                     |
 * | CopyingIn         | CopyData, CopyDone, CopyFail     | Executing                                    |
 * | SkippingUntilSync | Sync; drops everything before it | Ready, Executing                             |
 * | Closed            | nothing                          |                                              |
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html
 */
import type { Authorization, ConnectionAttempt, PendingAdmission } from "../auth/index.ts";
import type { BatchDraft } from "./batch-draft.ts";
import type { TransactionStatus } from "./ports.ts";

/** Transaction status between two batches. */
export type SettledStatus = Exclude<TransactionStatus, "unfinished">;

/** What every state of an opened session carries. */
export interface SessionFacts {
  readonly transactionStatus: SettledStatus;
  /**
   * Whether a statement that removes all prepared statements was ever prepared by Parse: from then
   * on every batch may execute it.
   */
  readonly hasPreparedDeallocateAll: boolean;
}

/** A Query or FunctionCall, which ends with ReadyForQuery by itself. */
export interface SelfContainedDraft {
  readonly draft: BatchDraft;
  /** Whether it is a COPY … FROM STDIN, whose data has yet to come. */
  readonly startsCopyIn: boolean;
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
  | { readonly kind: "Closed" };

/** The state of this kind. */
export type StateOf<Kind extends ConnectionState["kind"]> = Extract<
  ConnectionState,
  { readonly kind: Kind }
>;
