/** The one database, and settings that a client may make at the start. */
import { isSessionParameter } from "../../dsql/index.ts";
import type { ConnectionAttempt } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";

const DATABASE = "postgres";

/** Checks database name and start-up settings; whoever is not let in never learns of either. */
export function checkDatabase(facts: { readonly attempt: ConnectionAttempt }): StepOutcome<object> {
  const { requestedDatabase: database, settings } = facts.attempt;
  const saw = { database, settings: Object.fromEntries(settings) };
  if (database !== DATABASE) {
    const reason = `a cluster has one database, \`${DATABASE}\`; the client asked for \`${database}\``;
    return { kind: "refuse", saw, refusal: refuse("database_unknown", reason, { database }) };
  }
  const setting = [...settings.keys()].find((name) => !isSessionParameter(name));
  if (setting !== undefined) {
    const reason = `the start-up packet sets \`${setting}\`, which is not on DSQL's list of settings`;
    return { kind: "refuse", saw, refusal: refuse("setting_not_supported", reason, { setting }) };
  }
  return { kind: "continue", facts: {}, saw };
}
