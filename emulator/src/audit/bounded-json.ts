/**
 * Values as JSON of bounded size. What is cut says so in its place, so that nobody takes a part for
 * the whole; a policy with thousands of elements, or a start-up packet full of text, costs no more
 * than the limits below.
 */
import { redactAuthToken } from "../shared/index.ts";
import type { JsonValue } from "./decision-record.ts";

/** Limits of one record; all are our choice. */
export const RECORD_LIMITS = {
  /** Characters of one text. A canonical request with ordinary names has about 500. */
  textCharacters: 2048,
  /** Elements of one list, and members of one object. */
  elements: 50,
  /** Levels of lists and objects in each other. */
  depth: 8,
  /** Characters of all texts and names of one record together, and 8 for each value. */
  totalCharacters: 16_384,
} as const;

/** What each value costs besides its characters: a list of numbers takes memory too. */
const COST_OF_A_VALUE = 8;

/** Makes bounded JSON; one per record, since the total counts over the whole record. */
export class BoundedJson {
  #remaining: number = RECORD_LIMITS.totalCharacters;
  #isShortened = false;

  /** Whether anything was cut so far. */
  get isShortened(): boolean {
    return this.#isShortened;
  }

  /** A text, cut at its own limit and at what is left of the record's. */
  text(value: string): string {
    const safe = withoutToken(value);
    const room = Math.max(0, Math.min(RECORD_LIMITS.textCharacters, this.#remaining));
    if (safe.length <= room) {
      this.#remaining -= safe.length;
      return safe;
    }
    this.#isShortened = true;
    this.#remaining -= room;
    if (room === 0) return "… (left out)";
    return `${ownCopy(withoutHalfCharacter(safe.slice(0, room)))}… (${safe.length - room} more characters left out)`;
  }

  /**
   * The members of an object. No object takes more than half of what is left of the record, and none
   * of its members more than half of that, so that a long one leaves room for those behind it.
   */
  object(value: Readonly<Record<string, unknown>>): Readonly<Record<string, JsonValue>> {
    return this.#withinHalf(() =>
      this.#object(Object.entries(value), 1, (member) =>
        this.#withinHalf(() => this.#value(member, 2)),
      ),
    );
  }

  #withinHalf<Result>(make: () => Result): Result {
    const before = this.#remaining;
    const allowance = Math.floor(before / 2);
    this.#remaining = allowance;
    const result = make();
    this.#remaining = before - (allowance - this.#remaining);
    return result;
  }

  #value(value: unknown, depth: number): JsonValue {
    this.#remaining -= COST_OF_A_VALUE;
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) ? value : String(value);
      case "bigint":
        return this.text(String(value));
      case "undefined":
      case "function":
      case "symbol":
        return null;
      case "object":
        return value === null ? null : this.#structure(value, depth);
    }
  }

  #structure(value: object, depth: number): JsonValue {
    if (value instanceof Date) {
      return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    }
    if (value instanceof Error) return this.text(`${value.name}: ${value.message}`);
    if (depth > RECORD_LIMITS.depth || this.#remaining <= 0) {
      this.#isShortened = true;
      return "… (left out)";
    }
    if (Array.isArray(value)) return this.#list(value, depth);
    if (value instanceof Set) return this.#list([...(value as Set<unknown>)], depth);
    if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
    const entries =
      value instanceof Map
        ? [...(value as Map<unknown, unknown>)].map(([name, of]): [string, unknown] => [
            String(name),
            of,
          ])
        : Object.entries(value);
    return this.#object(entries, depth);
  }

  #list(values: readonly unknown[], depth: number): JsonValue {
    const kept: JsonValue[] = [];
    for (const value of values) {
      if (kept.length === RECORD_LIMITS.elements || this.#remaining <= 0) {
        this.#isShortened = true;
        kept.push(`… (${values.length - kept.length} more left out)`);
        break;
      }
      kept.push(this.#value(value, depth + 1));
    }
    return kept;
  }

  #object(
    entries: readonly (readonly [string, unknown])[],
    depth: number,
    keep = (value: unknown): JsonValue => this.#value(value, depth + 1),
  ): Readonly<Record<string, JsonValue>> {
    const kept: [string, JsonValue][] = [];
    const given = entries.filter(([, value]) => value !== undefined);
    for (const [name, value] of given) {
      if (kept.length === RECORD_LIMITS.elements || this.#remaining <= 0) {
        this.#isShortened = true;
        kept.push(["…", `${given.length - kept.length} more left out`]);
        break;
      }
      kept.push([this.text(name), keep(value)]);
    }
    // Not by assignment: a member may be called `__proto__`.
    return Object.fromEntries(kept);
  }
}

/** A client may put its token where it does not belong, such as the user's name. */
function withoutToken(text: string): string {
  return /X-Amz-(?:Signature|Security-Token)=(?!<redacted)/i.test(text)
    ? redactAuthToken(text)
    : text;
}

/** Half of a surrogate pair is no character, and JSON.stringify would write it as an escape. */
function withoutHalfCharacter(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

/** A part of a text may keep the whole of it in memory; a copy does not. */
function ownCopy(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
