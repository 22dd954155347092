/** Reads the members of a JSON object one by one, and notes all that is wrong with them. */

type JsonObject = Readonly<Record<string, unknown>>;

/** What a text member must be like. */
export interface TextForm {
  readonly pattern: RegExp;
  /** What the pattern wants, for the problem's text. */
  readonly expected: string;
}

/** Range of a number. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

/** Reads one object; problems name members by their path. */
export class MemberReader {
  readonly #object: JsonObject;
  readonly #path: string;
  readonly #problems: string[];
  readonly #read = new Set<string>();

  private constructor(object: JsonObject, path: string, problems: string[]) {
    this.#object = object;
    this.#path = path;
    this.#problems = problems;
  }

  /** A reader, or `undefined` when the value is no object; that is noted. */
  static of(value: unknown, path: string, problems: string[]): MemberReader | undefined {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return new MemberReader(value as JsonObject, path, problems);
    }
    problems.push(`${path === "" ? "the rule" : `\`${path}\``} is no JSON object`);
    return undefined;
  }

  /** Whether the member is there. */
  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  /** A text of this form; `undefined` when it is not there or wrong. */
  text(name: string, { pattern, expected }: TextForm): string | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value === "string" && pattern.test(value)) return value;
    this.problem(name, `is not ${expected}`);
    return undefined;
  }

  /** A number in this range; `undefined` when it is not there or wrong. */
  number(name: string, { min, max, isWhole }: NumberRange): number | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= min && value <= max) {
      if (!isWhole || Number.isInteger(value)) return value;
    }
    this.problem(name, `is no ${isWhole ? "whole " : ""}number from ${min} to ${max}`);
    return undefined;
  }

  /** A member that says only `true`. */
  flag(name: string): boolean {
    const value = this.#take(name);
    if (value !== undefined && value !== true) this.problem(name, "takes only true");
    return value === true;
  }

  /** An object, or `undefined` when it is not there or none. */
  object(name: string): MemberReader | undefined {
    if (!this.has(name)) return undefined;
    return MemberReader.of(this.#take(name), this.#pathOf(name), this.#problems);
  }

  /** Notes a problem of a member. */
  problem(name: string, text: string): void {
    this.#problems.push(`\`${this.#pathOf(name)}\` ${text}`);
  }

  /** Notes a problem of the object itself. */
  problemOfAll(text: string): void {
    this.#problems.push(`${this.#path === "" ? "the rule" : `\`${this.#path}\``} ${text}`);
  }

  /** Notes the members that nobody has read. */
  end(): void {
    for (const name of Object.keys(this.#object)) {
      if (!this.#read.has(name)) this.problem(name, "is not known here");
    }
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.has(name) ? this.#object[name] : undefined;
  }

  #pathOf(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}
