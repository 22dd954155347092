/**
 * What PostgreSQL remembers for a session in variables of its own: which sequences it has used and
 * their last values (`currval`, `lastval`, cached ranges), and the state of `random()`, which `setseed`
 * sets. The sessions share one backend, so these words of its memory are exchanged with every change
 * of session.
 *
 * The words are found at the start by what statements do to them.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/commands/sequence.c
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/adt/pseudorandomfuncs.c
 */

import { randomFillSync } from "node:crypto";
import { InvariantViolation } from "../../shared/index.ts";
import type { Backend } from "./backend.ts";
import { PROBE_SEQUENCE } from "./sys-schema.ts";

/** The variables lie below this. */
const DATA_WORDS = 1024 * 1024;
/** Equal blocks are passed over, since that is faster. */
const BLOCK_WORDS = 1024;
const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;
/** The table of used sequences, and the one that was used last. */
const SEQUENCE_WORDS = 2;
/** PostgreSQL's `pg_prng_state`. */
const RANDOM_WORDS = 4;

/** Exchanges what PostgreSQL remembers for sessions. */
export interface SessionMemory {
  /** From now on the backend runs for this session. */
  enter(sessionNumber: number): void;
  /** Frees what belongs to a session that is over; no transaction may have failed. */
  forget(sessionNumber: number): void;
  /**
   * Copies what is kept of the sessions, to go with an image of the engine's memory.
   *
   * @returns a function for when that image has been put back: it frees what belongs to sessions, which
   * are over then
   */
  copy(): () => void;
}

/**
 * Finds the words.
 *
 * @throws InvariantViolation when they are not where this build of PGlite is expected to have them
 */
export function createSessionMemory(backend: Backend, memory: SharedArrayBuffer): SessionMemory {
  const words = new Uint32Array(memory);
  const sequencePlaces = findSequenceWords(backend, words);
  const randomPlaces = findRandomWords(backend, words);
  const places = [...sequencePlaces, ...randomPlaces];
  const kept = new Map<number, Uint32Array>();
  let current = 0;

  function enter(sessionNumber: number): void {
    if (sessionNumber === current) return;
    kept.set(
      current,
      Uint32Array.from(places, (place) => words[place] ?? 0),
    );
    const values = kept.get(sessionNumber) ?? freshValues();
    for (const [index, place] of places.entries()) words[place] = values[index] ?? 0;
    current = sessionNumber;
  }

  function forget(sessionNumber: number): void {
    if (sessionNumber !== current && !kept.has(sessionNumber)) return;
    enter(sessionNumber);
    if (words[sequencePlaces[0] ?? 0] !== 0) backend.query("DISCARD SEQUENCES");
    enter(0);
    kept.delete(sessionNumber);
  }

  return {
    enter,
    forget,
    copy: () => {
      enter(0);
      const copied = new Map(kept);
      return () => {
        current = 0;
        kept.clear();
        for (const [sessionNumber, values] of copied) kept.set(sessionNumber, values);
        for (const sessionNumber of copied.keys()) forget(sessionNumber);
      };
    },
  };
}

/** No sequence, and a random state that nobody has set. */
function freshValues(): Uint32Array {
  const values = new Uint32Array(SEQUENCE_WORDS + RANDOM_WORDS);
  randomFillSync(values, SEQUENCE_WORDS);
  return values;
}

/** Zero until a sequence is used, and again after DISCARD SEQUENCES. */
function findSequenceWords(backend: Backend, words: Uint32Array): readonly number[] {
  const use = `SELECT pg_catalog.nextval('${PROBE_SEQUENCE}')`;
  const free = "DISCARD SEQUENCES";
  const places = placesWhere(backend, words, [free, use, free, use, free], (values) => {
    return values.every((value, index) => (value === 0) === (index % 2 === 0));
  });
  return expectPlaces(places, SEQUENCE_WORDS, "used sequences");
}

/** The same after the same seed, others after another seed and after each number drawn. */
function findRandomWords(backend: Backend, words: Uint32Array): readonly number[] {
  const calls = ["setseed(0.5)", "random()", "setseed(0.25)", "random()", "setseed(0.5)"];
  const statements = calls.map((call) => `SELECT pg_catalog.${call}`);
  const places = placesWhere(backend, words, statements, (values) => {
    return values[0] === values.at(-1) && new Set(values).size === values.length - 1;
  });
  return expectPlaces(places, RANDOM_WORDS, "random numbers");
}

/** The words whose values after each of the statements fit; the second statement changes them. */
function placesWhere(
  backend: Backend,
  words: Uint32Array,
  statements: readonly string[],
  fits: (values: readonly number[]) => boolean,
): number[] {
  const [first = "", second = "", ...others] = statements;
  backend.command(first);
  const before = words.slice(0, DATA_WORDS);
  backend.command(second);
  const changed: { readonly place: number; readonly values: number[] }[] = [];
  for (let start = 0; start < DATA_WORDS; start += BLOCK_WORDS) {
    if (isSameBlock(before, words, start)) continue;
    for (let place = start; place < start + BLOCK_WORDS; place += 1) {
      const value = words[place] ?? 0;
      const old = before[place] ?? 0;
      if (value !== old) changed.push({ place, values: [old, value] });
    }
  }
  for (const statement of others) {
    backend.command(statement);
    for (const { place, values } of changed) values.push(words[place] ?? 0);
  }
  return changed.filter(({ values }) => fits(values)).map(({ place }) => place);
}

function isSameBlock(before: Uint32Array, words: Uint32Array, start: number): boolean {
  const [old, current] = [before, words].map(({ buffer }) =>
    Buffer.from(buffer, start * WORD_BYTES, BLOCK_WORDS * WORD_BYTES),
  );
  return old !== undefined && current?.equals(old) === true;
}

function expectPlaces(places: readonly number[], count: number, what: string): readonly number[] {
  const [first = 0] = places;
  if (places.length !== count || places.at(-1) !== first + count - 1) {
    throw new InvariantViolation(
      `the memory of ${what} was not found: ${places.map((place) => place - first).join(", ")}`,
    );
  }
  return places;
}
