/** From the JSON of a rule to the rule, or all that is wrong with it at once. */
import { parseAccountId, parseClusterIdentifier } from "../dsql/index.ts";
import { errorStatus } from "./error-status.ts";
import type {
  FaultEffect,
  FaultError,
  FaultRule,
  FaultSchedule,
  FaultTarget,
  FaultTargets,
} from "./fault-rule.ts";
import { MemberReader } from "./member-reader.ts";
import { matchesOperation } from "./match-fault.ts";

/** Longest latency, in milliseconds; our choice. */
const MAX_LATENCY_MS = 600_000;
const MAX_COUNT = 1_000_000_000;
const MAX_RETRY_AFTER_SECONDS = 3600;

/** A rule, or why it is none. */
export type ParsedFaultRule =
  | { readonly kind: "parsed"; readonly rule: FaultRule }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

const ANY_TEXT = { pattern: /^/, expected: "a text" };

/** Reads a rule strictly: what is not known, or could never fire, is a problem. */
export function parseFaultRule(json: unknown, targets: FaultTargets): ParsedFaultRule {
  const problems: string[] = [];
  const reader = MemberReader.of(json, "", problems);
  if (reader === undefined) return { kind: "refused", problems };
  const target = readTarget(reader, targets);
  const account = readFilter(reader, "account", (text) => parseAccountId(text), "twelve digits");
  const region = reader.text("region", {
    pattern: /^[a-z]{2}(?:-[a-z]+)+-\d$/,
    expected: "the name of a region, like us-east-1",
  });
  const cluster = readFilter(
    reader,
    "cluster",
    (text) => parseClusterIdentifier(text),
    "26 lower-case letters and digits",
  );
  const effect = readEffect(reader, target);
  const when = readSchedule(reader);
  reader.end();
  if (problems.length > 0 || target === undefined || effect === undefined) {
    return { kind: "refused", problems };
  }
  return { kind: "parsed", rule: { target, account, region, cluster, effect, when } };
}

function readFilter(
  reader: MemberReader,
  name: string,
  parse: (text: string) => string | undefined,
  expected: string,
): string | undefined {
  const text = reader.text(name, ANY_TEXT);
  if (text === undefined) return undefined;
  const parsed = parse(text);
  if (parsed === undefined) reader.problem(name, `is not ${expected}`);
  return parsed;
}

function readTarget(rule: MemberReader, targets: FaultTargets): FaultTarget | undefined {
  const target = required(rule, "target");
  if (target === undefined) return undefined;
  const operation = target.text("operation", {
    pattern: /^(?:\*|[a-z]+:(?:[A-Za-z]+\*?|\*))$/,
    expected: "`service:Operation`, with `*` in place of its end if need be",
  });
  const step = target.text("connectStep", ANY_TEXT);
  target.end();
  if (Number(target.has("operation")) + Number(target.has("connectStep")) !== 1) {
    target.problemOfAll("takes one of `operation` and `connectStep`");
    return undefined;
  }
  if (operation !== undefined) {
    if (targets.operations.some((known) => matchesOperation(operation, known))) {
      return { kind: "operation", operation };
    }
    target.problem("operation", `names no operation that there is: \`${operation}\``);
  }
  if (step !== undefined) {
    if (targets.connectSteps.includes(step)) return { kind: "connect-step", step };
    target.problem("connectStep", `is none of ${targets.connectSteps.join(", ")}`);
  }
  return undefined;
}

function readEffect(rule: MemberReader, target: FaultTarget | undefined): FaultEffect | undefined {
  const effect = required(rule, "effect");
  if (effect === undefined) return undefined;
  const range = { min: 1, max: MAX_LATENCY_MS, isWhole: true };
  const latencyMs = effect.number("latencyMs", range) ?? 0;
  const isDropped = effect.flag("drop");
  const error = effect.object("error");
  const read = error === undefined ? undefined : readError(error, target);
  effect.end();
  if (!["latencyMs", "drop", "error"].some((name) => effect.has(name))) {
    effect.problemOfAll(
      "takes `error`, `drop` or `latencyMs`, or `latencyMs` and one of the others",
    );
  }
  if (effect.has("drop") && effect.has("error")) {
    effect.problemOfAll("takes one of `error` and `drop`");
  }
  if (read !== undefined) return { latencyMs, end: { kind: "error", error: read } };
  return { latencyMs, end: { kind: isDropped ? "drop" : "none" } };
}

function readError(error: MemberReader, target: FaultTarget | undefined): FaultError {
  const message = error.text("message", {
    pattern: /^.{1,1000}$/su,
    expected: "1 to 1000 characters",
  });
  const read =
    target?.kind === "connect-step"
      ? { code: readSqlState(error), httpStatus: undefined, retryAfterSeconds: undefined }
      : readHttpError(error, target);
  error.end();
  return { message, ...read };
}

function readSqlState(error: MemberReader): string | undefined {
  return error.text("code", {
    pattern: /^[0-9A-Z]{5}$/,
    expected: "a SQLSTATE, five digits and capital letters",
  });
}

function readHttpError(
  error: MemberReader,
  target: FaultTarget | undefined,
): Omit<FaultError, "message"> {
  const operation = target?.kind === "operation" ? target.operation : undefined;
  const code = error.text("code", {
    pattern: /^[A-Za-z][A-Za-z.]{0,99}$/,
    expected: "an error code, of letters and dots",
  });
  if (!error.has("code")) error.problem("code", "is missing");
  const httpStatus = error.number("httpStatus", { min: 400, max: 599, isWhole: true });
  const isKnown =
    operation === undefined || code === undefined || errorStatus(operation, code) !== undefined;
  if (!error.has("httpStatus") && !isKnown) {
    error.problem("httpStatus", `is missing, and \`${code}\` is none of the common errors`);
  }
  const range = { min: 0, max: MAX_RETRY_AFTER_SECONDS, isWhole: true };
  const retryAfterSeconds = error.number("retryAfterSeconds", range);
  if (retryAfterSeconds !== undefined && operation?.startsWith("dsql:") === false) {
    error.problem("retryAfterSeconds", "is for operations of dsql");
  }
  return { code, httpStatus, retryAfterSeconds };
}

function readSchedule(rule: MemberReader): FaultSchedule {
  const when = rule.object("when");
  if (when === undefined) return { kind: "always" };
  const names = ["count", "every", "probability"].filter((name) => when.has(name));
  if (names.length !== 1) when.problemOfAll("takes one of `count`, `every` and `probability`");
  const whole = { min: 1, max: MAX_COUNT, isWhole: true };
  const count = when.number("count", whole);
  const every = when.number("every", whole);
  const probability = when.number("probability", { min: 0, max: 1, isWhole: false });
  const seed = when.number("seed", { min: 0, max: 0xffff_ffff, isWhole: true });
  when.end();
  if (when.has("seed") !== when.has("probability")) {
    when.problemOfAll("takes `probability` and `seed` together");
  }
  if (count !== undefined) return { kind: "count", count };
  if (every !== undefined) return { kind: "every", every };
  return { kind: "probability", probability: probability ?? 0, seed: seed ?? 0 };
}

function required(rule: MemberReader, name: string): MemberReader | undefined {
  if (!rule.has(name)) rule.problem(name, "is missing");
  return rule.object(name);
}
