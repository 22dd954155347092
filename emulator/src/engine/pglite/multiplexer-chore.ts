/** The emulator's own queries between the batches of the sessions: one query, one value. */

import { BACKEND_TYPE } from "../../pgwire/index.ts";
import type { WorkResult } from "./multiplexer-work.ts";
import { errorField, findMessage, firstColumn } from "./session-answer.ts";

/** What came of a query of the emulator: its one value, and what went wrong if it is empty. */
export interface ChoreResult {
  readonly value: string;
  readonly problem: string;
}

/** Reads what came of a query of the emulator. */
export function choreResult(result: WorkResult, answer: Uint8Array): ChoreResult {
  if (result.kind === "lost") return { value: "", problem: result.reason };
  if (result.kind === "before-failed") return { value: "", problem: result.message };
  if (result.kind !== "done") return { value: "", problem: result.kind };
  const error = findMessage(answer, BACKEND_TYPE.ErrorResponse);
  if (error !== undefined) return { value: "", problem: errorField(error, "M") ?? "unknown error" };
  const dataRow = findMessage(answer, BACKEND_TYPE.DataRow);
  const value = dataRow === undefined ? undefined : firstColumn(dataRow);
  return value === undefined ? { value: "", problem: "no answer" } : { value, problem: "" };
}
