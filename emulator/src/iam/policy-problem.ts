/** What the parsers of a policy's elements have in common: reporting, and the JSON they read. */

/** One thing that is wrong, and where: a path such as `Statement[1].Condition`. */
export interface PolicyProblem {
  readonly path: string;
  readonly message: string;
}

/** Takes one problem. */
export type ReportProblem = (path: string, message: string) => void;

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object of JSON, and no list. */
export function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** One value of an element that takes one value or a list of them, with its path. */
export interface ListItem {
  readonly item: unknown;
  readonly itemPath: string;
}

/** The values of such an element. An empty list is a problem: it says nothing. */
export function listOf(json: unknown, path: string, report: ReportProblem): readonly ListItem[] {
  if (!Array.isArray(json)) return [{ item: json, itemPath: path }];
  if (json.length === 0) report(path, "must not be empty");
  return json.map((item: unknown, index) => ({ item, itemPath: `${path}[${index}]` }));
}
