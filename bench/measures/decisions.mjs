/** What one core decides in a second: tokens, policies, and whole authorizations. */
import { fileURLToPath } from "node:url";
import { PRINCIPAL_COUNTS, STATEMENT_COUNTS } from "../one-core/subjects.mjs";
import { runProgram } from "../support/processes.mjs";
import { compareRounds } from "../support/statistics.mjs";

const AIM_PER_SECOND = 70_000;
/** At ten statements. */
const STATEMENTS_AIM_PER_SECOND = 100_000;
const PROGRAM = fileURLToPath(new URL("../one-core/decide.mjs", import.meta.url));
const UNIT = "/s of CPU";
const NO_PEER = { peer: undefined, ratio: undefined, ratioRange: undefined };

/** Resolves to rows of the table. */
export async function measureDecisions({ dist, plan }) {
  const output = await runProgram([PROGRAM, dist, String(plan.decisionRounds)]);
  const rates = JSON.parse(output);
  const alone = (what, rounds) => ({
    what,
    unit: UNIT,
    ...compareRounds(rounds, rounds),
    ...NO_PEER,
  });
  const [few, many] = PRINCIPAL_COUNTS;
  return [
    {
      what: "token parsed and verified",
      unit: UNIT,
      peerName: "@smithy/signature-v4, presigned again",
      ...compareRounds(rates.verify, rates.presign),
      aim: { valueAtLeast: AIM_PER_SECOND },
    },
    {
      ...alone("policy decision, 4 statements", rates.evaluate),
      aim: { valueAtLeast: AIM_PER_SECOND },
    },
    ...STATEMENT_COUNTS.flatMap((count) =>
      [`${count} statements`, `${count} statements with conditions`].map((name) => ({
        ...alone(`policy decision, ${name}`.replace(/\b1 statements/, "1 statement"), rates[name]),
        ...(count === 10 ? { aim: { valueAtLeast: STATEMENTS_AIM_PER_SECOND } } : {}),
      })),
    ),
    {
      what: `whole authorization, with its trace, among ${many.toLocaleString("en")} principals`,
      unit: UNIT,
      peerName: `among ${few} principals`,
      ...compareRounds(rates[`authorize among ${many}`], rates[`authorize among ${few}`]),
      aim: { ratioAtLeast: 0.9 },
    },
  ];
}
