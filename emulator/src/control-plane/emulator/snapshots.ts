/** `/_emulator/snapshots`: what the emulator holds, kept under a name. */
import { ApiError } from "../api-error.ts";
import { answered, objectOf } from "./state-answers.ts";
import type { EmulatorStates, SnapshotFacts } from "./state-ports.ts";

const NAME = /^[\w.-]{1,64}$/;

/** A snapshot in an answer. */
export interface SnapshotBody extends Omit<SnapshotFacts, "createdAt"> {
  /** ISO 8601. */
  readonly createdAt: string;
}

/** The body of `GET /_emulator/snapshots`. */
export interface SnapshotListBody {
  readonly snapshots: readonly SnapshotBody[];
}

/**
 * Takes the snapshot that the body names.
 *
 * @throws ApiError when the name is none, there are too many, or a transaction stays open
 */
export async function saveSnapshot(states: EmulatorStates, body: unknown): Promise<SnapshotBody> {
  const { name, ...others } = objectOf(body);
  if (typeof name !== "string" || !NAME.test(name) || Object.keys(others).length > 0) {
    throw new ApiError(
      400,
      "invalid_request",
      "give `name` and nothing else: 1 to 64 letters, digits, `.`, `_` or `-`",
    );
  }
  return bodyOf(await answered(states.save(name)));
}

/** All snapshots. */
export function listSnapshots(states: EmulatorStates): SnapshotListBody {
  return { snapshots: states.list().map(bodyOf) };
}

/**
 * Deletes a snapshot.
 *
 * @throws ApiError when there is none of this name
 */
export async function removeSnapshot(states: EmulatorStates, name: string): Promise<void> {
  await answered(states.remove(name));
}

function bodyOf({ createdAt, ...facts }: SnapshotFacts): SnapshotBody {
  return { ...facts, createdAt: createdAt.toISOString() };
}
