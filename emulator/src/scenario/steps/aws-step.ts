/** `iam`, `sts` and `dsql`: one call of an AWS API, and what must be answered. */
import { type AwsCall, callAws } from "../aws/call-aws.ts";
import { objectOf, textOf } from "../format/json-value.ts";
import { mismatch, shown } from "../format/match-value.ts";
import { StepError } from "../run/step-outcome.ts";
import { credentialsOf, emulatorNow, save, type World } from "../run/world.ts";

/** Makes the step of a service. Its run throws a StepError. */
export function awsStep(
  service: AwsCall["service"],
): (world: World, value: unknown) => Promise<void> {
  return async (world, value) => {
    const input = objectOf(value);
    const [entry, ...others] = Object.entries(input).filter(([key]) => /^[A-Z]/.test(key));
    if (entry === undefined || others.length > 0) {
      throw new StepError(
        "exactly one operation, as in `CreateRole: {…}`",
        shown(Object.keys(input)),
      );
    }
    const [operation, parameters] = entry;
    const answer = await callAws({
      service,
      operation,
      parameters: objectOf(parameters),
      url: world.emulator.http.url,
      region: textOf(input["region"]) ?? world.emulator.region,
      credentials: input["as"] === null ? undefined : credentialsOf(world, input["as"]),
      signedAt: await emulatorNow(world),
    });
    const { error: expectedError, ...expected } = objectOf(input["expect"]);
    const wanted =
      expectedError === undefined
        ? `an answer with ${shown(expected)}`
        : `the error ${shown(expectedError)}`;
    if (answer.kind === "error") {
      const difference = expectedError === undefined ? "" : mismatch(expectedError, answer.error);
      if (difference === undefined) return;
      throw new StepError(
        wanted,
        `the error ${shown(answer.error)}${difference === "" ? "" : `: ${difference}`}`,
      );
    }
    if (expectedError !== undefined)
      throw new StepError(wanted, `an answer, ${shown(answer.result)}`);
    const difference = mismatch(expected, answer.result);
    if (difference !== undefined)
      throw new StepError(wanted, `${shown(answer.result)}: ${difference}`);
    save(world, input["save"], answer.result);
  };
}
