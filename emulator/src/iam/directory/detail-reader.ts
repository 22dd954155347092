/** Reads the members of a JSON value that somebody else wrote, and collects everything that is wrong. */
import { parsePolicyDocument, type PolicyUse } from "../parse-policy-document.ts";
import { isObject, type JsonObject, type PolicyProblem } from "../policy-problem.ts";
import type { DeclaredDocument, DeclaredTags } from "./declared-account.ts";
import { TEXT_RULES, type TextRule } from "./member-rules.ts";

/** An object and where it is, such as `UserDetailList[0]`. */
export interface Place {
  readonly json: JsonObject;
  readonly path: string;
}

/** A text and where it is. */
export interface PlacedText {
  readonly text: string;
  readonly path: string;
}

/** Problems that are kept (our choice): nobody reads more. */
const MAX_PROBLEMS = 1000;

/** Reading goes on after a problem; what is then answered is of no use but to find the next one. */
export class DetailReader {
  readonly #problems: PolicyProblem[] = [];

  /** What was wrong so far. */
  get problems(): readonly PolicyProblem[] {
    return this.#problems;
  }

  report(path: string, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ path, message });
  }

  /** The objects of a list; a list that is left out is empty. */
  list(place: Place, name: string): readonly Place[] {
    return this.#items(place, name).flatMap(([json, path]) => {
      if (isObject(json)) return [{ json, path }];
      this.report(path, "must be an object");
      return [];
    });
  }

  /** The texts of a list; a list that is left out is empty. */
  texts(place: Place, name: string): readonly PlacedText[] {
    return this.#items(place, name).flatMap(([text, path]) => {
      if (typeof text === "string") return [{ text, path }];
      this.report(path, "must be a string");
      return [];
    });
  }

  /** A text that keeps the rule; `""` if there is none. */
  text({ json, path }: Place, name: string, rule: TextRule): string {
    const value = json[name];
    const textPath = memberPath(path, name);
    if (typeof value !== "string") {
      this.report(textPath, value === undefined ? "is missing" : "must be a string");
      return "";
    }
    const { minCharacters, maxCharacters, pattern } = rule;
    if (value.length < minCharacters || value.length > maxCharacters) {
      this.report(textPath, `must have ${minCharacters} to ${maxCharacters} characters`);
    } else if (pattern?.expression.test(value) === false) {
      this.report(textPath, `must match ${pattern.text}`);
    }
    return value;
  }

  /** The same, of a member that may be left out. */
  optionalText(place: Place, name: string, rule: TextRule): string | undefined {
    return place.json[name] === undefined ? undefined : this.text(place, name, rule);
  }

  /** `Tags`: the key of a tag comes once, whatever its letter case. */
  tags(place: Place): DeclaredTags {
    const seen = new Set<string>();
    const entries = this.list(place, "Tags").map((tag): [string, string] => {
      const key = this.text(tag, "Key", TAG_KEY);
      if (seen.has(key.toLowerCase())) this.report(`${tag.path}.Key`, "comes twice");
      seen.add(key.toLowerCase());
      return [key, this.text(tag, "Value", TAG_VALUE)];
    });
    return Object.fromEntries(entries);
  }

  /** A policy document: an object, or its text, URL-encoded or not. */
  document({ json, path }: Place, name: string, use: PolicyUse): DeclaredDocument {
    const documentPath = memberPath(path, name);
    const value = json[name];
    if (value === undefined) {
      this.report(documentPath, "is missing");
      return {};
    }
    const document = typeof value === "string" ? parseText(value) : value;
    if (document === undefined) {
      this.report(documentPath, "is neither JSON nor URL-encoded JSON");
      return {};
    }
    const { maxCharacters } = TEXT_RULES.document;
    const parsed = parsePolicyDocument(document, { use, maxCharacters });
    if (parsed.kind === "parsed") return isObject(document) ? document : {};
    for (const problem of parsed.problems) {
      this.report(memberPath(documentPath, problem.path), problem.message);
    }
    return {};
  }

  #items({ json, path }: Place, name: string): readonly (readonly [unknown, string])[] {
    const list = json[name];
    const listPath = memberPath(path, name);
    if (list === undefined) return [];
    if (Array.isArray(list))
      return list.map((item: unknown, index) => [item, `${listPath}[${index}]`]);
    this.report(listPath, "must be a list");
    return [];
  }
}

const TAG_KEY: TextRule = { minCharacters: 1, maxCharacters: 128 };
const TAG_VALUE: TextRule = { minCharacters: 0, maxCharacters: 256 };

/** The path of a member; of nothing, that of the object itself. */
function memberPath(path: string, name: string): string {
  if (name === "") return path;
  return path === "" ? name : `${path}.${name}`;
}

/** The JSON value that a text is, or that it is the URL-encoded form of. */
function parseText(text: string): unknown {
  try {
    return JSON.parse(
      text.trimStart().startsWith("{") ? text : decodeURIComponent(text),
    ) as unknown;
  } catch {
    return undefined;
  }
}
