/** How emulator time follows from system time. All times are milliseconds since 1970. */
import { assertNever, type ClockChange } from "../shared/index.ts";

/** Runs at a distance from the system's time, or stands at a moment. */
export type Timeline =
  | { readonly kind: "running"; readonly offsetMs: number }
  | { readonly kind: "frozen"; readonly atMs: number };

/** Emulator time at this system time. */
export function emulatorTime(timeline: Timeline, systemMs: number): number {
  return timeline.kind === "frozen" ? timeline.atMs : systemMs + timeline.offsetMs;
}

/** The timeline after a change that is made at this system time. */
export function changedTimeline(
  timeline: Timeline,
  change: ClockChange,
  systemMs: number,
): Timeline {
  const nowMs = emulatorTime(timeline, systemMs);
  switch (change.kind) {
    case "advance":
      return movedTo(timeline, nowMs + change.byMs, systemMs);
    case "set":
      return movedTo(timeline, change.to.getTime(), systemMs);
    case "offset":
      return movedTo(timeline, systemMs + change.offsetMs, systemMs);
    case "freeze":
      return { kind: "frozen", atMs: nowMs };
    case "resume":
      return { kind: "running", offsetMs: nowMs - systemMs };
    default:
      return assertNever(change, "change of the clock");
  }
}

function movedTo({ kind }: Timeline, atMs: number, systemMs: number): Timeline {
  return kind === "frozen" ? { kind, atMs } : { kind, offsetMs: atMs - systemMs };
}
