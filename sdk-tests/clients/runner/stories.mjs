// What the programs are asked and what they must answer; the same for each client. See ../../stories.md.
import { isDeepStrictEqual } from "node:util";
import { CLUSTER, FORGER, READER, SESSION_ROLE } from "./accounts.mjs";

const MESSAGE = "unable to accept connection, access denied";
const DETAIL = /Session Id: [a-z2-7]{26}(?![a-z2-7])/;

/** Refusals by name: what the program is given, and the hint of the answer. */
export const REFUSALS = {
  "no permission": {
    env: READER,
    hint: `User: arn:aws:iam::123456789012:user/reader is not authorized to perform: dsql:DbConnectAdmin on resource: ${CLUSTER} because no identity-based policy allows the dsql:DbConnectAdmin action`,
  },
  "wrong action": {
    action: "DbConnect",
    hint: "Wrong user to action mapping. user: admin, action: DbConnect",
  },
  "wrong region": {
    env: { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-1" },
    hint: "Credential should be scoped to a valid region. ",
  },
  "wrong secret": {
    env: FORGER,
    hint: "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  },
  // Last: the clock of the emulator does not go back.
  "expired token": {
    advance: "PT20M",
    hint: /Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - \d+ min\.\)/,
  },
};

/** The stories in the order in which they run. Each gives null or a sentence about what was wrong. */
export const STORIES = [
  { id: "token", title: "token's shape", ask: ask(["token"], checkTokens) },
  { id: "admin", title: "1 admin connects", ask: ask(["admin"], checkAdmin) },
  { id: "pool", title: "2 pool", ask: ask(["pool"], checkPool) },
  { id: "session", title: "4 session credentials", ask: ask(["session"], checkSession) },
  { id: "refusals", title: "3 refusals", ask: askRefusals },
];

/** Stories that are written down and not built. */
export const PLANNED = [
  "5 custom role after AWS IAM GRANT",
  "6 control plane",
  "7 pool over an hour",
];

function ask(args, check) {
  return async (program, client) => {
    const answer = await program(args, { STORY_ROLE_ARN: SESSION_ROLE });
    if (answer.notOffered !== undefined) return { state: "not offered", note: answer.notOffered };
    const wrong = check(answer, client);
    return wrong === null ? { state: "ok", answer } : { state: "FAILED", note: wrong, answer };
  };
}

/** Names of a token's parameters in the order in which they stand, after the host. */
export function shapeOf(token) {
  const [host, query = ""] = token.split(/(?=\?)/);
  const names = query.slice(1).split("&");
  const shown = names.map((pair) => {
    const [name, value] = pair.split("=");
    return name === "X-Amz-SignedHeaders" ? `${name}=${value}` : name;
  });
  return `${host.endsWith("/") ? "HOST/" : "HOST"}?${shown.join("&")}`;
}

function checkTokens(answer, { token, expires = [900] }) {
  for (const action of ["DbConnect", "DbConnectAdmin"]) {
    const made = answer[action];
    if (typeof made !== "string" || !made.includes(`?Action=${action}&`)) {
      return `${action}: no token whose first parameter is the action`;
    }
    if (shapeOf(made) !== token) return `${action}: ${shapeOf(made)} in place of ${token}`;
    const lifetime = Number(/&X-Amz-Expires=(\d+)/.exec(made)?.[1]);
    if (!expires.includes(lifetime)) return `${action}: lives ${lifetime} s`;
  }
  return null;
}

function checkAdmin(answer) {
  return differs(answer, {
    user: "admin",
    next: 42,
    text: "Łódź",
    rows: 20_000,
    sum: 200_010_000,
    kept: [1],
    error: { sqlstate: "42P01", message: 'relation "no_such_table" does not exist' },
  });
}

function checkPool(answer, { application }) {
  const { application: name, ...rest } = answer;
  if (!new RegExp(`^${application}$`).test(name)) {
    return `application_name ${JSON.stringify(name)} in place of ${application}`;
  }
  return differs(rest, { users: ["admin", "admin", "admin", "admin"], sessions: 4, kept: [1, 2] });
}

function checkSession(answer) {
  return differs(answer, {
    caller: "arn:aws:sts::123456789012:assumed-role/story-session/story",
    user: "admin",
  });
}

/** All refusals as one story; those that a client cannot provoke are named. */
async function askRefusals(program, client, emulator) {
  const answers = {};
  const wrong = [];
  const missing = [];
  for (const [name, { action = "DbConnectAdmin", env = {}, advance, hint }] of Object.entries(
    REFUSALS,
  )) {
    if (advance !== undefined) {
      const moved = await emulator.command("clock", "advance", advance);
      if (moved.exitCode !== 0) throw new Error(`dsql-emulator clock: ${moved.stderr}`);
    }
    const answer = await program(["refusal", action], env);
    answers[name] = answer;
    if (answer.notOffered !== undefined) missing.push(`${name}: ${answer.notOffered}`);
    else {
      const complaint = checkRefusal(answer, hint, client.errors);
      if (complaint !== null) wrong.push(`${name}: ${complaint}`);
    }
  }
  const note = [...wrong, ...missing.map((text) => `not offered: ${text}`)].join("; ");
  return { state: wrong.length > 0 ? "FAILED" : "ok", note: note || undefined, answer: answers };
}

/**
 * `errors` tells what the client's error object has: "fields" has all four by name; "text" has one text, as libpq
 * gives it for a connection that fails, without the SQLSTATE.
 */
function checkRefusal(answer, hint, errors) {
  const { sqlstate, message = "", detail, hint: given } = answer;
  // libpq takes the blanks from the end of its text.
  const holds = (text, part) =>
    part instanceof RegExp ? part.test(text) : text.includes(part.trimEnd());
  if (errors === "text") {
    const lacking = [MESSAGE, DETAIL, hint].filter((part) => !holds(message, part));
    return lacking.length === 0 ? null : `${JSON.stringify(message)} has no ${lacking.join(", ")}`;
  }
  const isRight =
    sqlstate === "08006" &&
    message === MESSAGE &&
    DETAIL.test(detail ?? "") &&
    typeof given === "string" &&
    (hint instanceof RegExp ? hint.test(given) : given === hint);
  return isRight ? null : JSON.stringify(answer);
}

function differs(answer, expected) {
  return isDeepStrictEqual(answer, expected)
    ? null
    : `${JSON.stringify(answer)} in place of ${JSON.stringify(expected)}`;
}
