/** What one core decides in a second: tokens, policies, and whole authorizations. */
import { fileURLToPath } from "node:url";
import { runProgram } from "../support/processes.mjs";
import { compareRounds } from "../support/statistics.mjs";

const AIM_PER_SECOND = 70_000;
const PROGRAM = fileURLToPath(new URL("../one-core/decide.mjs", import.meta.url));

/** Resolves to rows of the table. */
export async function measureDecisions({ dist, plan }) {
  const output = await runProgram([PROGRAM, dist, String(plan.decisionRounds)]);
  const { verify, presign, evaluate, authorize } = JSON.parse(output);
  const aim = { valueAtLeast: AIM_PER_SECOND };
  const unit = "/s of CPU";
  return [
    {
      what: "token parsed and verified",
      unit,
      peerName: "@smithy/signature-v4, presigned again",
      ...compareRounds(verify, presign),
      aim,
    },
    {
      what: "policy decision, 4 statements",
      unit,
      ...compareRounds(evaluate, evaluate),
      ...NO_PEER,
      aim,
    },
    {
      what: "whole authorization, with its trace",
      unit,
      ...compareRounds(authorize, authorize),
      ...NO_PEER,
    },
  ];
}

const NO_PEER = { peer: undefined, ratio: undefined, ratioRange: undefined };
