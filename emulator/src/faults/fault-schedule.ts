import { assertNever } from "../shared/index.ts";
import type { FaultSchedule } from "./fault-rule.ts";
import { seededRandom } from "./seeded-random.ts";

/** Decides for one match after the other whether the rule fires. */
export function scheduleOf(when: FaultSchedule): () => boolean {
  let matched = 0;
  switch (when.kind) {
    case "always":
      return () => true;
    case "count":
      return () => {
        matched += 1;
        return matched <= when.count;
      };
    case "every":
      return () => {
        matched += 1;
        return matched % when.every === 0;
      };
    case "probability": {
      const next = seededRandom(when.seed);
      return () => next() < when.probability;
    }
    default:
      return assertNever(when, "schedule");
  }
}
