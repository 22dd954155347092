/** What the emulator knows of a connection attempt. */
import { explainRecord, parseDecisionRecord } from "../../audit/index.ts";
import { listOf, textOf, valueAt } from "../format/json-value.ts";
import { askEmulator } from "./emulator-api.ts";
import type { World } from "./world.ts";

/** The decision on one attempt. */
export interface AttemptDecision {
  /** Reason code of the refusal, `undefined` of an admission. */
  readonly code: string | undefined;
  /** As `dsql-emulator explain` prints it. */
  readonly explanation: string;
}

/** The session id that a refusal's DETAIL names. */
export function sessionIdOf(detail: string | undefined): string | undefined {
  return /Session Id: ([a-z2-7]{26})/.exec(detail ?? "")?.[1];
}

/** The decision on the attempt with this session id, or `undefined` if there is no record of it. */
export async function decisionOf(
  world: World,
  sessionId: string,
): Promise<AttemptDecision | undefined> {
  const { body } = await askEmulator(world.emulator, "GET", `/_emulator/connections/${sessionId}`);
  const record = parseDecisionRecord(body);
  if (record === undefined) return undefined;
  return { code: record.refusal?.code, explanation: explainRecord(record) };
}

/** The decision on the open connection with this process id. */
export async function decisionOfProcess(
  world: World,
  processId: number | undefined,
): Promise<AttemptDecision | undefined> {
  const { body } = await askEmulator(world.emulator, "GET", "/_emulator/connections?limit=1000");
  const found = listOf(valueAt(body, "connections")).find(
    (one) => processId !== undefined && valueAt(one, "connection.processId") === processId,
  );
  const sessionId = textOf(valueAt(found, "sessionId"));
  return sessionId === undefined ? undefined : decisionOf(world, sessionId);
}
