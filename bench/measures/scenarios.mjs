/** Scenarios a second, each with an emulator of its own: those that IAM decides, and those with a database. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram, temporaryDirectory } from "../support/processes.mjs";
import { median } from "../support/statistics.mjs";

const REFUSED = [
  'connect: { token: { signedAt: "-PT1H" }, expect: { refused: { code: token_expired } } }',
];
const CONNECTED = [
  "connect: {}",
  "query: { sql: CREATE ROLE app WITH LOGIN }",
  "query: { sql: \"AWS IAM GRANT app TO 'arn:aws:iam::123456789012:user/app'\" }",
  "query: { sql: SELECT count(*)::int AS n FROM sys.iam_pg_role_mappings, expect: { rows: [{ n: 1 }] } }",
];

/** Resolves to rows of the table. */
export async function measureScenarios({ dist, plan }) {
  const rows = [];
  for (const [what, steps, count] of [
    ["scenarios that end before the database", REFUSED, plan.scenarios],
    ["scenarios with a database of their own", CONNECTED, plan.scenarios / 4],
  ]) {
    const directory = temporaryDirectory();
    writeScenarios(directory, steps, count);
    const perSecond = [];
    for (let round = 0; round < plan.scenarioRounds; round += 1) {
      const start = performance.now();
      await runProgram([join(dist, "main.js"), "scenario", "run"], { cwd: directory });
      perSecond.push((count * 1000) / (performance.now() - start));
    }
    rows.push({
      what: `${what}, ${count} in as many files, with the start of the command`,
      unit: "scenarios/s",
      value: median(perSecond),
    });
  }
  return rows;
}

function writeScenarios(directory, steps, count) {
  mkdirSync(join(directory, "scenarios"));
  const text = steps.map((step) => `  - ${step}\n`).join("");
  for (let number = 1; number <= count; number += 1) {
    const file = join(directory, "scenarios", `${number}.yaml`);
    writeFileSync(file, `name: scenario ${number}\nsteps:\n${text}`);
  }
}
