// What the programs are asked and what they must answer; the same for each client. See ../../stories.md.
import { isDeepStrictEqual } from "node:util";
import { CALLER, DATABASE_ROLE, SESSION_ROLE } from "./accounts.mjs";
import { askRefusals, checkRefusal, UNMAPPED } from "./refusals.mjs";

/** The stories in the order in which they run. Each gives the state of its cell, and a note if there is something to say. */
export const STORIES = [
  { id: "token", title: "token's shape", ask: ask(["token"], checkTokens) },
  { id: "admin", title: "1 admin connects", ask: ask(["admin"], checkAdmin) },
  { id: "pool", title: "2 pool", ask: ask(["pool"], checkPool) },
  { id: "session", title: "4 session credentials", ask: ask(["session"], checkSession) },
  { id: "role", title: "5 custom role", ask: ask(["role"], checkRole) },
  { id: "clusters", title: "6 clusters", ask: askClusters },
  { id: "hour", title: "7 pool over the hour", ask: askHour },
  // Last: the clock stays ahead.
  { id: "refusals", title: "3 refusals", ask: askRefusals },
];

function ask(args, check) {
  return async (program, client) => {
    const answer = await program(args, {
      STORY_CALLER_ARN: CALLER,
      STORY_DATABASE_ROLE: DATABASE_ROLE,
      STORY_ROLE_ARN: SESSION_ROLE,
    });
    return judged(answer, (given) => check(given, client));
  };
}

function judged(answer, check) {
  if (answer.notOffered !== undefined) return { state: "not offered", note: answer.notOffered };
  const wrong = check(answer);
  return wrong === null ? { state: "ok", answer } : { state: "FAILED", note: wrong, answer };
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

function checkRole(answer, { errors }) {
  const { before, after, ...rest } = answer;
  for (const [name, refused] of [
    ["before the grant", before],
    ["after the revoke", after],
  ]) {
    const wrong = checkRefusal(refused ?? {}, UNMAPPED, errors);
    if (wrong !== null) return `${name}: ${wrong}`;
  }
  return differs(rest, {
    user: DATABASE_ROLE,
    denied: { sqlstate: "42501", message: "permission denied for table owned" },
  });
}

/** Three programs: one makes a cluster, one connects to it, one deletes it. */
async function askClusters(program) {
  const made = await program(["create"]);
  if (made.notOffered !== undefined) return judged(made);
  const { identifier, endpoint, ...rest } = made;
  const { user } = await program(["connect"], { PGHOST: endpoint });
  const { gone } = await program(["delete", identifier]);
  const answer = { ...rest, user, gone };
  return judged(answer, () => {
    if (!/^[a-z0-9]{26}$/.test(identifier)) return `identifier ${identifier}`;
    if (endpoint !== `${identifier}.dsql.us-east-1.on.aws`) return `endpoint ${endpoint}`;
    return differs(answer, {
      status: "ACTIVE",
      isListed: true,
      tags: { Name: "story", stage: "test" },
      user: "admin",
      gone: "ResourceNotFoundException",
    });
  });
}

/** The hour goes by while the program waits with its pool open; then the clock agrees again with that of the signers. */
async function askHour(program, _client, emulator) {
  const move = async (...words) => {
    const { exitCode, stderr } = await emulator.command("clock", ...words);
    if (exitCode !== 0) throw new Error(`dsql-emulator clock: ${stderr}`);
  };
  const answer = await program(["hour"], {}, async () => {
    await move("advance", "PT61M");
    await move("offset", "PT0S", "--force");
  });
  return judged(answer, () =>
    differs(answer, { before: Array(4).fill("admin"), after: Array(4).fill("admin"), fresh: 4 }),
  );
}

function differs(answer, expected) {
  return isDeepStrictEqual(answer, expected)
    ? null
    : `${JSON.stringify(answer)} in place of ${JSON.stringify(expected)}`;
}
