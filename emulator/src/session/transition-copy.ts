/**
 * COPY … FROM STDIN of a simple Query. The engine must have the data together with the statement, so
 * the data is collected here.
 *
 * @see https://www.postgresql.org/docs/16/protocol-flow.html#PROTOCOL-COPY
 */
import { copyFailFrame, type FrontendFrame, ProtocolViolation } from "../pgwire/index.ts";
import { batchOf, type BatchDraft, EMPTY_DRAFT, withFrame } from "./batch-draft.ts";
import type { ConnectionInput } from "./connection-event.ts";
import { sessionFacts, type StateOf } from "./connection-state.ts";
import type { CopyInStart } from "./ports.ts";
import type { Step } from "./step.ts";
import { afterBatch } from "./transition-query.ts";

/**
 * Largest amount of data of one COPY, in bytes. Our choice: in text form, several times what one
 * transaction of DSQL may write (10 MiB).
 */
const MAX_COPY_BYTES = 64 * 1024 * 1024;

/** The engine has looked at the statement. */
export function afterCopyStarted(state: StateOf<"StartingCopyIn">, start: CopyInStart): Step {
  const { draft } = state;
  const facts = sessionFacts(state);
  if (start.kind === "answered") {
    return afterBatch(
      { kind: "Executing", endsWithReadyForQuery: true, next: undefined, ...facts },
      { kind: "batch-ended", outcome: start.outcome, sawError: false },
    );
  }
  return {
    state: { kind: "CopyingIn", draft, isTooMuch: false, ...facts },
    effects: [{ kind: "send", bytes: start.copyInResponse }],
  };
}

/** A message of a client that sends the data. */
export function onCopyMessage(
  state: StateOf<"CopyingIn">,
  { frame, message }: Extract<ConnectionInput, { readonly kind: "message" }>,
): Step {
  switch (message.type) {
    case "CopyData":
      return collect(state, frame);
    case "CopyDone":
      return state.isTooMuch ? run(state, tooMuch()) : run(state, frame);
    case "CopyFail":
      return run(state, frame);
    case "Flush":
    case "Sync":
      // SPEC: in copy-in mode both are ignored.
      return { state, effects: [] };
    case "Terminate":
      return {
        state: { kind: "Closed" },
        effects: [{ kind: "close", reason: "the client ended the session during COPY" }],
      };
    default:
      throw new ProtocolViolation(`unexpected ${message.type} message during COPY from stdin`);
  }
}

function collect(state: StateOf<"CopyingIn">, frame: FrontendFrame): Step {
  if (state.isTooMuch) return { state, effects: [] };
  const draft = withFrame(state.draft, frame);
  if (draft.byteCount <= MAX_COPY_BYTES) return { state: { ...state, draft }, effects: [] };
  return { state: { ...state, draft: statementOf(draft), isTooMuch: true }, effects: [] };
}

/** The COPY without its data. */
function statementOf(draft: BatchDraft): BatchDraft {
  const [statement] = batchOf(draft, true).frames;
  const empty = { ...EMPTY_DRAFT, mayChangeSettings: draft.mayChangeSettings };
  return statement === undefined ? empty : withFrame(empty, statement);
}

function tooMuch(): FrontendFrame {
  return copyFailFrame(`the emulator takes at most ${MAX_COPY_BYTES} bytes of data in one COPY`);
}

function run(state: StateOf<"CopyingIn">, end: FrontendFrame): Step {
  const batch = batchOf(withFrame(state.draft, end), true, state.hasPreparedDeallocateAll);
  return {
    state: {
      kind: "Executing",
      endsWithReadyForQuery: true,
      next: undefined,
      ...sessionFacts(state),
    },
    effects: [{ kind: "run", batch, watchesErrors: false, statementCount: 0, isHidden: false }],
  };
}
