// The refusals that the programs provoke, and what the error objects of their languages must say of them.
import { CLUSTER, DATABASE_ROLE, FORGER, READER } from "./accounts.mjs";

const MESSAGE = "unable to accept connection, access denied";
const DETAIL = /Session Id: [a-z2-7]{26}(?![a-z2-7])/;

/** No `AWS IAM GRANT` maps the caller to the role: the only refusal without a hint. */
export const UNMAPPED = { sqlstate: "28000", hint: null };

/** Whole minutes, unless the lifetime of the token is none: the SDK for Java now and then makes one of 899 seconds. */
const EXPIRED =
  /Signature expired: (\d{8}T\d{6}Z) is now earlier than (\d{8}T\d{6}Z) \((\d{8}T\d{6}Z) - (\d+) (min|sec)\.\)/;

/** Refusals by name: what the program is given, and what it must be told. */
export const REFUSALS = {
  "no permission": {
    env: READER,
    hint: `User: arn:aws:iam::123456789012:user/reader is not authorized to perform: dsql:DbConnectAdmin on resource: ${CLUSTER} because no identity-based policy allows the dsql:DbConnectAdmin action`,
  },
  "wrong action": {
    action: "DbConnect",
    hint: "Wrong user to action mapping. user: admin, action: DbConnect",
  },
  "unmapped role": { action: "DbConnect", user: DATABASE_ROLE, ...UNMAPPED },
  "wrong region": {
    env: { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-1" },
    hint: "Credential should be scoped to a valid region. ",
  },
  "wrong secret": {
    env: FORGER,
    hint: "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  },
  // Last: the clock of the emulator stays ahead.
  "expired token": { advance: "PT20M", hint: EXPIRED },
};

/** All refusals as one story; those that a client cannot provoke are named. */
export async function askRefusals(program, client, emulator) {
  const answers = {};
  const wrong = [];
  const missing = [];
  for (const [name, refusal] of Object.entries(REFUSALS)) {
    const { action = "DbConnectAdmin", user = "admin", env = {}, advance } = refusal;
    if (advance !== undefined) {
      const moved = await emulator.command("clock", "advance", advance);
      if (moved.exitCode !== 0) throw new Error(`dsql-emulator clock: ${moved.stderr}`);
    }
    const answer = await program(["refusal", action, user], env);
    answers[name] = answer;
    if (answer.notOffered !== undefined) missing.push(`${name}: ${answer.notOffered}`);
    else {
      const complaint = checkRefusal(answer, refusal, client.errors);
      if (complaint !== null) wrong.push(`${name}: ${complaint}`);
    }
  }
  const note = [...wrong, ...missing.map((text) => `not offered: ${text}`)].join("; ");
  const isOffered = missing.length < Object.keys(REFUSALS).length;
  const state = wrong.length > 0 ? "FAILED" : isOffered ? "ok" : "not offered";
  return { state, note: note || undefined, answer: answers };
}

/**
 * `errors` tells what the client's error object has: "fields" has all four by name; "text" has one text, as libpq
 * gives it for a connection that fails, without the SQLSTATE.
 *
 * @returns what is wrong, or null
 */
export function checkRefusal(answer, { sqlstate = "08006", hint }, errors) {
  const { message = "", detail, hint: given } = answer;
  const expired = EXPIRED.exec(given ?? message);
  if (expired !== null && !isExpiry(expired)) return `the times do not fit: ${expired[0]}`;
  if (errors === "text") {
    const lacking = [MESSAGE, DETAIL, hint ?? /^(?![^]*HINT:)/].filter(
      (part) => !holds(message, part),
    );
    return lacking.length === 0 ? null : `${JSON.stringify(message)} has no ${lacking.join(", ")}`;
  }
  const isRight =
    answer.sqlstate === sqlstate &&
    message === MESSAGE &&
    DETAIL.test(detail ?? "") &&
    (hint instanceof RegExp ? hint.test(given ?? "") : (given || null) === hint);
  return isRight ? null : JSON.stringify(answer);
}

/** libpq takes the blanks from the end of its text. */
function holds(text, part) {
  return part instanceof RegExp ? part.test(text) : text.includes(part.trimEnd());
}

/** Whether the limit is the lifetime before now, and the token from before the limit. */
function isExpiry([, made, limit, now, count, unit]) {
  const lifetime = Number(count) * (unit === "min" ? 60_000 : 1000);
  return instantOf(made) < instantOf(limit) && instantOf(now) - instantOf(limit) === lifetime;
}

/** @param text a time such as 20260102T030405Z @returns milliseconds since 1970 */
function instantOf(text) {
  return Date.parse(text.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
}
