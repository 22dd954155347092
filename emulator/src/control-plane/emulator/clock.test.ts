import { describe, expect, test } from "vitest";
import type { ClockChange, ClockChangeResult, ClockControl } from "../../shared/index.ts";
import { ApiError } from "../api-error.ts";
import { changeClock, clockBody } from "./clock.ts";

const STATE = { now: new Date("2026-01-02T03:04:05.006Z"), isFrozen: true, offsetMs: -7 };
const SHOWN = { now: "2026-01-02T03:04:05.006Z", frozen: true, offsetMs: -7 };

function recordingClock(result: ClockChangeResult = { kind: "changed", state: STATE }): {
  readonly clock: ClockControl;
  readonly changes: { readonly change: ClockChange; readonly force: boolean | undefined }[];
} {
  const changes: { readonly change: ClockChange; readonly force: boolean | undefined }[] = [];
  const clock: ClockControl = {
    state: () => STATE,
    change: async (change, options) => {
      changes.push({ change, force: options?.force });
      return result;
    },
  };
  return { clock, changes };
}

async function failure(body: unknown, result?: ClockChangeResult): Promise<unknown> {
  const { clock, changes } = recordingClock(result);
  const error: unknown = await changeClock(clock, body).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`no ApiError but ${String(error)}`);
  if (result === undefined) expect(changes).toEqual([]);
  return [error.statusCode, error.code, error.message];
}

describe("the clock of the API", () => {
  test("shows moment, whether it stands, and distance", () => {
    expect(clockBody(STATE)).toEqual(SHOWN);
  });

  const CHANGES: readonly { readonly body: object; readonly change: ClockChange }[] = [
    { body: { advance: "PT61M" }, change: { kind: "advance", byMs: 3_660_000 } },
    { body: { advance: "-PT1S" }, change: { kind: "advance", byMs: -1000 } },
    {
      body: { set: "2026-01-02T03:04:05+01:00" },
      change: { kind: "set", to: new Date("2026-01-02T02:04:05.000Z") },
    },
    { body: { offset: "P1D" }, change: { kind: "offset", offsetMs: 86_400_000 } },
    { body: { freeze: true }, change: { kind: "freeze" } },
    { body: { resume: true }, change: { kind: "resume" } },
  ];

  test.each(CHANGES)("is changed by $body", async ({ body, change }) => {
    const { clock, changes } = recordingClock();
    expect(await changeClock(clock, body)).toEqual(SHOWN);
    await changeClock(clock, { force: true, ...body });
    expect(changes).toEqual([
      { change, force: false },
      { change, force: true },
    ]);
  });

  test.each([undefined, null, "freeze", 1, []])("is not changed by the body %j", async (body) => {
    expect(await failure(body)).toEqual([400, "invalid_request", "the body is no JSON object"]);
  });

  test.each<object>([
    {},
    { force: true },
    { now: "2026-01-02T03:04:05Z" },
    { freeze: true, advance: "PT1S" },
    { advance: "PT1S", odd: 1 },
    { toString: true },
  ])("takes one change at a time: not %j", async (body) => {
    expect(await failure(body)).toEqual([
      400,
      "invalid_request",
      "give one of advance, set, offset, freeze, resume, and `force` if need be",
    ]);
  });

  test.each([{ freeze: false }, { freeze: "true" }, { freeze: null }])(
    "does not take %j",
    async (body) => {
      expect(await failure(body)).toEqual([400, "invalid_request", "`freeze` takes only true"]);
    },
  );

  test.each([{ advance: "61 min" }, { advance: 61 }, { advance: "P1M" }])(
    "does not advance by %j",
    async (body) => {
      expect(await failure(body)).toEqual([
        400,
        "invalid_request",
        "`advance` is no duration of ISO 8601 in weeks, days, hours, minutes and seconds, like PT61M",
      ]);
    },
  );

  test("does not go to a moment without time zone, and takes force only as a flag", async () => {
    expect(await failure({ set: "2026-01-02T03:04:05" })).toEqual([
      400,
      "invalid_request",
      "`set` is no moment of ISO 8601 with its time zone, like 2026-01-02T03:04:05Z",
    ]);
    expect(await failure({ freeze: true, force: "yes" })).toEqual([
      400,
      "invalid_request",
      "`force` is neither true nor false",
    ]);
  });

  test("says why it was not changed", async () => {
    expect(
      await failure(
        { advance: "-PT1S" },
        {
          kind: "refused",
          cause: "sessions-open",
          reason: "sessions are open: end them, or force it",
        },
      ),
    ).toEqual([409, "conflict", 'sessions are open: end them, or force it with `"force": true`']);
    expect(
      await failure(
        { advance: "P1D" },
        { kind: "refused", cause: "out-of-range", reason: "out of range" },
      ),
    ).toEqual([400, "invalid_request", "out of range"]);
  });
});
