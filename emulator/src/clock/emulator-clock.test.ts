import { describe, expect, test } from "vitest";
import { createManualTimers } from "../../test/support/manual-timers.ts";
import { createEmulatorClock, type EmulatorClock } from "./emulator-clock.ts";

/** 2026-05-06, in milliseconds since 1970. */
const START_MS = Date.parse("2026-05-06T07:08:09.010Z");
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

interface TestClock {
  readonly clock: EmulatorClock;
  /** Lets real time pass; what becomes due has run when it resolves. */
  readonly pass: (ms: number) => Promise<void>;
  /** `<name> at <emulator time>` of everything that has run. */
  readonly log: string[];
  /** Schedules an entry of the log, so many milliseconds after the start. */
  readonly at: (afterMs: number, name: string, then?: () => Promise<void> | void) => () => void;
  readonly errors: unknown[];
  openSessions: number;
}

function createTestClock(): TestClock {
  const timers = createManualTimers();
  const log: string[] = [];
  const errors: unknown[] = [];
  const clock = createEmulatorClock({
    systemNow: () => new Date(START_MS + timers.nowMs()),
    systemTimers: timers,
    openSessions: () => test.openSessions,
    onTimerError: (error) => errors.push(error),
  });
  const test: TestClock = {
    clock,
    pass: async (ms) => {
      timers.advance(ms);
      await new Promise(setImmediate);
    },
    log,
    errors,
    openSessions: 0,
    at: (afterMs, name, then = () => undefined) =>
      clock.schedule(new Date(START_MS + afterMs), async () => {
        log.push(`${name} at ${shown(clock)}`);
        await then();
      }),
  };
  return test;
}

/** Milliseconds between the start and what the clock shows. */
function shown(clock: EmulatorClock): number {
  return clock.now().getTime() - START_MS;
}

describe("the emulator's clock", () => {
  test("shows the time of the system, as it goes on", async () => {
    const { clock, pass } = createTestClock();
    expect(clock.now().toISOString()).toBe("2026-05-06T07:08:09.010Z");
    await pass(61_000);
    expect(clock.now().toISOString()).toBe("2026-05-06T07:09:10.010Z");
    expect(clock.state()).toEqual({ now: clock.now(), isFrozen: false, offsetMs: 0 });
  });

  test("takes the time of the machine if it is given no other", () => {
    const before = Date.now();
    const now = createEmulatorClock().now().getTime();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  test("goes on from where it was moved to", async () => {
    const { clock, pass } = createTestClock();
    expect(await clock.change({ kind: "advance", byMs: 61 * MINUTE_MS })).toEqual({
      kind: "changed",
      state: { now: new Date(START_MS + 61 * MINUTE_MS), isFrozen: false, offsetMs: 3_660_000 },
    });
    await pass(1000);
    expect(shown(clock)).toBe(61 * MINUTE_MS + 1000);
    await clock.change({ kind: "advance", byMs: MINUTE_MS });
    expect(clock.state().offsetMs).toBe(62 * MINUTE_MS);
  });

  test("stands still when it is frozen, and goes on from there", async () => {
    const { clock, pass } = createTestClock();
    await clock.change({ kind: "freeze" });
    await pass(5000);
    expect(clock.state()).toEqual({ now: new Date(START_MS), isFrozen: true, offsetMs: -5000 });
    await clock.change({ kind: "advance", byMs: 2000 });
    await pass(1);
    expect(clock.state()).toEqual({
      now: new Date(START_MS + 2000),
      isFrozen: true,
      offsetMs: -3001,
    });
    await clock.change({ kind: "resume" });
    await pass(10);
    expect(clock.state()).toEqual({
      now: new Date(START_MS + 2010),
      isFrozen: false,
      offsetMs: -3001,
    });
  });

  test("can be set to a moment and to a distance, frozen or not", async () => {
    const { clock, pass } = createTestClock();
    await clock.change({ kind: "set", to: new Date("2027-01-01T00:00:00Z") });
    await pass(1000);
    expect(clock.now().toISOString()).toBe("2027-01-01T00:00:01.000Z");
    await clock.change({ kind: "offset", offsetMs: 7000 });
    expect(shown(clock)).toBe(8000);
    await clock.change({ kind: "freeze" });
    await clock.change({ kind: "offset", offsetMs: 9000 });
    await pass(1000);
    expect(shown(clock)).toBe(10_000);
    await clock.change({ kind: "set", to: new Date(START_MS) });
    expect([shown(clock), clock.state().isFrozen]).toEqual([0, true]);
  });

  test("does not go back while sessions are open, unless it is forced", async () => {
    const world = createTestClock();
    const { clock } = world;
    world.openSessions = 1;
    expect(await clock.change({ kind: "advance", byMs: -1 })).toEqual({
      kind: "refused",
      cause: "sessions-open",
      reason: "the clock does not go back while 1 session is open: end them, or force it",
    });
    world.openSessions = 2;
    expect(await clock.change({ kind: "offset", offsetMs: -1 })).toMatchObject({
      reason: "the clock does not go back while 2 sessions are open: end them, or force it",
    });
    expect(shown(clock)).toBe(0);
    expect(await clock.change({ kind: "advance", byMs: 0 })).toMatchObject({ kind: "changed" });
    expect(await clock.change({ kind: "advance", byMs: -5 }, { force: true })).toMatchObject({
      kind: "changed",
    });
    expect(shown(clock)).toBe(-5);
    world.openSessions = 0;
    expect(await clock.change({ kind: "advance", byMs: -5 })).toMatchObject({ kind: "changed" });
    expect(shown(clock)).toBe(-10);
  });

  test.each([
    { kind: "set", to: new Date(-1) },
    { kind: "set", to: new Date("+010000-01-01T00:00:00Z") },
    { kind: "set", to: new Date(NaN) },
    { kind: "advance", byMs: Infinity },
  ] as const)("refuses a moment that it cannot show: %j", async (change) => {
    const { clock } = createTestClock();
    expect(await clock.change(change)).toEqual({
      kind: "refused",
      cause: "out-of-range",
      reason: "the clock shows moments from 1970 to 9999; choose one of them",
    });
    expect(shown(clock)).toBe(0);
  });
});

describe("a timer", () => {
  test("runs once when its moment has come", async () => {
    const { pass, log, at } = createTestClock();
    at(1000, "timer");
    await pass(999);
    expect(log).toEqual([]);
    await pass(1);
    await pass(5000);
    expect(log).toEqual(["timer at 1000"]);
  });

  test("of a moment that has passed runs soon, also when the clock stands still", async () => {
    const { clock, pass, log, at } = createTestClock();
    at(-1000, "late");
    expect(log).toEqual([]);
    await pass(0);
    await clock.change({ kind: "freeze" });
    at(0, "just now");
    await pass(0);
    expect(log).toEqual(["late at 0", "just now at 0"]);
  });

  test("waits for longer than the 2^31 ms of Node's own timers", async () => {
    const { pass, log, at } = createTestClock();
    at(40 * DAY_MS, "timer");
    await pass(40 * DAY_MS - 1);
    expect(log).toEqual([]);
    await pass(1);
    expect(log).toEqual([`timer at ${40 * DAY_MS}`]);
  });

  test("asks the system for no delay that Node's timers cannot take", () => {
    const delays: number[] = [];
    const clock = createEmulatorClock({
      systemTimers: {
        schedule: (delayMs) => {
          delays.push(delayMs);
          return () => undefined;
        },
      },
    });
    clock.schedule(new Date("9999-01-01T00:00:00Z"), () => undefined);
    clock.schedule(new Date(0), () => undefined);
    expect(delays).toEqual([60_000, 0]);
  });

  test("that is called off does not run, and those behind it do", async () => {
    const { clock, pass, log, at } = createTestClock();
    const cancel = at(1000, "one");
    at(2000, "two");
    cancel();
    await pass(2000);
    cancel();
    const other = at(3000, "three");
    other();
    await clock.change({ kind: "advance", byMs: DAY_MS });
    expect(log).toEqual(["two at 2000"]);
  });

  test("that comes before the one that is waited for is not late", async () => {
    const { pass, log, at } = createTestClock();
    at(2000, "two");
    at(1000, "one");
    await pass(1000);
    await pass(1000);
    expect(log).toEqual(["one at 1000", "two at 2000"]);
  });

  test("does not run while the clock stands still, and runs when it goes on", async () => {
    const { clock, pass, log, at } = createTestClock();
    at(1000, "timer");
    await clock.change({ kind: "freeze" });
    await pass(DAY_MS);
    expect(log).toEqual([]);
    await clock.change({ kind: "resume" });
    await pass(1000);
    expect(log).toEqual(["timer at 1000"]);
  });

  test("notices within a minute that the system's clock was set forward", async () => {
    let jumpMs = 0;
    const timers = createManualTimers();
    const clock = createEmulatorClock({
      systemNow: () => new Date(START_MS + timers.nowMs() + jumpMs),
      systemTimers: timers,
    });
    const ran: number[] = [];
    clock.schedule(new Date(START_MS + 60 * MINUTE_MS), () => {
      ran.push(timers.nowMs());
    });
    timers.advance(1000);
    jumpMs = 2 * 60 * MINUTE_MS;
    timers.advance(MINUTE_MS);
    await new Promise(setImmediate);
    expect(ran).toHaveLength(1);
  });
});

describe("moving the clock", () => {
  test("makes everything due happen in order, each at its moment, before it is done", async () => {
    const { clock, log, at } = createTestClock();
    at(3000, "three");
    at(1000, "one", () => new Promise((resolve) => setImmediate(resolve)));
    at(2000, "two");
    at(2000, "two again");
    at(10_000, "later");
    await clock.change({ kind: "advance", byMs: 5000 });
    expect(log).toEqual(["one at 1000", "two at 2000", "two again at 2000", "three at 3000"]);
    expect(shown(clock)).toBe(5000);
  });

  test("waits for each timer before the next one begins", async () => {
    const { clock, log, at } = createTestClock();
    at(1000, "begins", async () => {
      await new Promise(setImmediate);
      log.push("ends");
    });
    at(1000, "next");
    await clock.change({ kind: "advance", byMs: 1000 });
    expect(log).toEqual(["begins at 1000", "ends", "next at 1000"]);
  });

  test("runs what the timers schedule on the way, and leaves what they call off", async () => {
    const { clock, log, at } = createTestClock();
    const cancel = at(3000, "called off");
    at(1000, "one", () => {
      cancel();
      at(2000, "child");
      at(500, "overdue");
      at(9000, "too late");
    });
    await clock.change({ kind: "set", to: new Date(START_MS + 5000) });
    expect(log).toEqual(["one at 1000", "overdue at 1000", "child at 2000"]);
  });

  test("a frozen clock does the same", async () => {
    const { clock, pass, log, at } = createTestClock();
    await clock.change({ kind: "freeze" });
    at(1000, "one");
    await clock.change({ kind: "offset", offsetMs: 1500 });
    await pass(1000);
    expect(log).toEqual(["one at 1000"]);
    expect(shown(clock)).toBe(1500);
  });

  test("back runs nothing, and what has run does not run again", async () => {
    const { clock, pass, log, at } = createTestClock();
    at(1000, "one");
    at(5000, "two");
    await clock.change({ kind: "advance", byMs: 2000 });
    await clock.change({ kind: "advance", byMs: -10_000 });
    await pass(12_999);
    expect(log).toEqual(["one at 1000"]);
    await pass(1);
    expect(log).toEqual(["one at 1000", "two at 5000"]);
  });

  test("goes on when a timer fails, and reports why", async () => {
    const { clock, log, at, errors } = createTestClock();
    const failure = new Error("broken");
    clock.schedule(new Date(START_MS + 500), () => {
      throw failure;
    });
    at(600, "rejects", () => Promise.reject(failure));
    at(1000, "one");
    await clock.change({ kind: "advance", byMs: 1000 });
    expect(log).toEqual(["rejects at 600", "one at 1000"]);
    expect(errors).toEqual([failure, failure]);
  });

  test("twice at a time is done one after the other", async () => {
    const { clock, log, at } = createTestClock();
    at(1000, "one", () => new Promise((resolve) => setImmediate(resolve)));
    at(2000, "two");
    await Promise.all([
      clock.change({ kind: "advance", byMs: 1500 }),
      clock.change({ kind: "advance", byMs: 1500 }),
    ]);
    expect(log).toEqual(["one at 1000", "two at 2000"]);
    expect(shown(clock)).toBe(3000);
  });

  test("waits for what has become due by itself and has not ended", async () => {
    const { clock, pass, log, at } = createTestClock();
    let end: () => void = () => undefined;
    at(1000, "slow", async () => {
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      log.push("slow ends");
    });
    await pass(1000);
    const moved = clock.change({ kind: "freeze" }).then(() => log.push("frozen"));
    await pass(0);
    expect(log).toEqual(["slow at 1000"]);
    end();
    await moved;
    expect(log).toEqual(["slow at 1000", "slow ends", "frozen"]);
  });

  test("ten thousand timers deep is quick and in order", async () => {
    const { clock } = createTestClock();
    const ran: number[] = [];
    for (let number = 0; number < 10_000; number += 1) {
      const afterMs = (number * 7919) % 10_000;
      clock.schedule(new Date(START_MS + afterMs + 1), () => {
        ran.push(afterMs);
      });
    }
    await clock.change({ kind: "advance", byMs: DAY_MS });
    expect(ran).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  });
});
