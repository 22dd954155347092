import { describe, expect, test } from "vitest";
import { seededRandom } from "../../test/fuzz/random.ts";
import { DueQueue } from "./due-queue.ts";

const nothing = (): void => undefined;

function drain(queue: DueQueue): number[] {
  const moments: number[] = [];
  for (let due = queue.takeFirst(); due !== undefined; due = queue.takeFirst()) {
    moments.push(due.atMs);
  }
  return moments;
}

describe("the queue of timers", () => {
  test("gives the earliest first, and those of one moment as they came", () => {
    const queue = new DueQueue();
    const order: string[] = [];
    for (const [atMs, name] of [
      [5, "c"],
      [1, "a"],
      [5, "d"],
      [3, "b"],
      [5, "e"],
    ] as const) {
      queue.add(atMs, () => {
        order.push(name);
      });
    }
    expect(queue.first?.atMs).toBe(1);
    for (let due = queue.takeFirst(); due !== undefined; due = queue.takeFirst()) void due.run();
    expect(order).toEqual(["a", "b", "c", "d", "e"]);
    expect(queue.first).toBe(undefined);
  });

  test("lets a timer leave once, wherever it stands", () => {
    const queue = new DueQueue();
    const leave = [4, 2, 9, 1, 7].map((atMs) => queue.add(atMs, nothing));
    leave[3]?.();
    leave[3]?.();
    leave[2]?.();
    expect(drain(queue)).toEqual([2, 4, 7]);
    leave[0]?.();
    expect(drain(queue)).toEqual([]);
  });

  test("keeps the order through random comings and goings", () => {
    const random = seededRandom(20_260_102);
    for (let round = 0; round < 50; round += 1) {
      const queue = new DueQueue();
      const expected: number[] = [];
      const present: { readonly atMs: number; readonly leave: () => void }[] = [];
      for (let step = 0; step < 200; step += 1) {
        const choice = random.below(3);
        if (choice < 2) {
          const atMs = random.below(50);
          present.push({ atMs, leave: queue.add(atMs, nothing) });
        } else if (present.length > 0) {
          const [gone] = present.splice(random.below(present.length), 1);
          gone?.leave();
        }
      }
      expected.push(...present.map(({ atMs }) => atMs).sort((a, b) => a - b));
      expect(drain(queue)).toEqual(expected);
    }
  });
});
