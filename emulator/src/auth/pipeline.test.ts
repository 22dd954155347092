import { describe, expect, test } from "vitest";
import { type EnforcementMode, internalError, Pipeline, type StepOutcome } from "./pipeline.ts";
import { refuse } from "./refusal.ts";

const refusal = refuse("token_malformed", "no token");
const second = refuse("iam_denied", "no policy");

function adds<Facts extends object>(facts: Facts): () => StepOutcome<Facts> {
  return () => ({ kind: "continue", facts, saw: facts as Record<string, unknown> });
}

function refuses<Facts extends object>(why = refusal): () => StepOutcome<Facts> {
  return () => ({ kind: "refuse", refusal: why });
}

describe("a pipeline", () => {
  test("gives its steps in order, with the facts of those before", async () => {
    const pipeline = Pipeline.over<{ start: number }>()
      .required("a", ({ start }) => ({ kind: "continue", facts: { a: start + 1 } }))
      .waivable("b", ["a"], ({ a }) => ({ kind: "continue", facts: { b: a + 1 } }));
    expect(pipeline.names).toStrictEqual(["a", "b"]);
    expect(await pipeline.run({ start: 1 }, "strict")).toStrictEqual({
      kind: "passed",
      isComplete: true,
      facts: { start: 1, a: 2, b: 3 },
      known: { start: 1, a: 2, b: 3 },
      waived: undefined,
      trace: [
        { step: "a", outcome: "passed", saw: {} },
        { step: "b", outcome: "passed", saw: {} },
      ],
    });
  });

  test("does not compile with a step before the one that establishes its facts", () => {
    const pipeline = Pipeline.over<{ start: number }>();
    const needsToken = (facts: { readonly token: string }): StepOutcome<object> => ({
      kind: "continue",
      facts: { token: facts.token },
    });
    // @ts-expect-error: nothing has established `token`
    pipeline.required("early", needsToken);
    // @ts-expect-error: `token` is no fact that could be needed
    pipeline.waivable("early", ["token"], needsToken);
    const established = pipeline.waivable("token", ["start"], adds({ token: "t" }));
    // @ts-expect-error: the step uses a fact that it does not name
    established.waivable("silent", ["start"], needsToken);
    // @ts-expect-error: a required step may not use what a waivable one establishes
    established.required("firm", needsToken);
    expect(established.waivable("late", ["token"], needsToken).names).toStrictEqual([
      "token",
      "late",
    ]);
  });

  test("ends at the first refusal, with what is known by then", async () => {
    const result = await Pipeline.over<{ start: number }>()
      .waivable("a", ["start"], adds({ a: 1 }))
      .waivable("b", ["a"], refuses<{ b: number }>())
      .waivable("c", ["b"], adds({ c: 3 }))
      .run({ start: 0 }, "strict");
    expect(result).toStrictEqual({
      kind: "refused",
      refusal,
      known: { start: 0, a: 1 },
      trace: [
        { step: "a", outcome: "passed", saw: { a: 1 } },
        { step: "b", outcome: "refused", saw: {}, refusal },
      ],
    });
  });

  test("goes on in soft mode where the facts allow, and reports the first refusal", async () => {
    const result = await Pipeline.over<{ start: number }>()
      .waivable("a", ["start"], refuses<{ a: number }>())
      .waivable("b", ["a"], adds({ b: 2 }))
      .waivable("c", ["start"], refuses<object>(second))
      .required("d", adds({ d: 4 }))
      .run({ start: 0 }, "soft");
    expect(result).toStrictEqual({
      kind: "passed",
      isComplete: false,
      facts: { start: 0, d: 4 },
      known: { start: 0, d: 4 },
      waived: refusal,
      trace: [
        { step: "a", outcome: "waived", saw: {}, refusal },
        {
          step: "b",
          outcome: "skipped",
          saw: { because: "needs what a waived step did not establish: a" },
        },
        { step: "c", outcome: "waived", saw: {}, refusal: second },
        { step: "d", outcome: "passed", saw: { d: 4 } },
      ],
    });
  });

  test.each<EnforcementMode>(["strict", "soft", "off"])(
    "is refused by a required step in %s mode",
    async (mode) => {
      const pipeline = Pipeline.over<object>()
        .waivable("a", [], refuses(mode === "strict" ? second : refusal))
        .required("b", refuses(second));
      const result = await pipeline.run({}, mode);
      expect(result.kind === "refused" && result.refusal).toStrictEqual(second);
    },
  );

  test("leaves out waivable steps in off mode", async () => {
    const result = await Pipeline.over<object>()
      .waivable("a", [], () => {
        throw new Error("was run");
      })
      .run({}, "off");
    expect(result).toStrictEqual({
      kind: "passed",
      isComplete: false,
      facts: {},
      known: {},
      waived: undefined,
      trace: [{ step: "a", outcome: "skipped", saw: { because: "enforcement is off" } }],
    });
  });

  test.each<[string, () => Promise<StepOutcome<object>>, string]>([
    [
      "throws",
      () => {
        throw new TypeError("x is not a function");
      },
      "TypeError: x is not a function",
    ],
    ["rejects", () => Promise.reject(new Error("no disk")), "Error: no disk"],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a store may do so
    ["rejects with a text", () => Promise.reject("no\ndisk\0"), "no disk "],
  ])("refuses when a step %s, in soft mode too", async (_how, step, error) => {
    const pipeline = Pipeline.over<object>().waivable("a", [], step).waivable("b", [], adds({}));
    for (const mode of ["strict", "soft"] as const) {
      const expected = refuse("internal_error", `step \`a\` failed: ${error}`);
      expect(await pipeline.run({}, mode)).toStrictEqual({
        kind: "refused",
        refusal: expected,
        known: {},
        trace: [{ step: "a", outcome: "refused", saw: { error }, refusal: expected }],
      });
    }
  });
});

test("an internal error shows no signature", () => {
  expect(internalError("it", new Error("bad ?X-Amz-Signature=fake&y")).saw).toStrictEqual({
    error: "Error: bad ?X-Amz-Signature=<redacted, 4 characters>&y",
  });
});
