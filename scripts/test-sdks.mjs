// Runs the stories of sdk-tests/stories.md with real clients in several languages and prints what came out as Markdown.
// Exit code 1 when a story failed; a missing toolchain, or a registry that gives nothing, is no failure but skipped.
// node scripts/test-sdks.mjs [LANGUAGE or CLIENT…] [--json FILE] [--write-docs | --check-docs] [--clients DIR]
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  clientsDocument,
  lastLine,
  markedLines,
  matrix,
  NOT_TESTED,
} from "../sdk-tests/clients/runner/document.mjs";
import { startEmulator } from "../sdk-tests/clients/runner/emulator.mjs";
import { programOf } from "../sdk-tests/clients/runner/programs.mjs";
import { STORIES } from "../sdk-tests/clients/runner/stories.mjs";
import {
  missingTool,
  NotFetched,
  prepared,
  TOOLCHAINS,
} from "../sdk-tests/clients/runner/toolchains.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "string" },
    "write-docs": { type: "boolean" },
    "check-docs": { type: "boolean" },
    clients: { type: "string", default: join(root, "sdk-tests", "clients") },
  },
});
const folder = values.clients;

const clients = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["runner", "shared"].includes(entry.name))
  .map(({ name }) => {
    const manifest = JSON.parse(readFileSync(join(folder, name, "client.json"), "utf8"));
    return { name, source: join(folder, name), ...manifest };
  });
const known = new Set([...Object.keys(TOOLCHAINS), ...clients.map(({ name }) => name)]);
const unknown = positionals.find((word) => !known.has(word));
if (unknown !== undefined || (values["write-docs"] && positionals.length > 0)) {
  const wrong = unknown === undefined ? "--write-docs takes all clients" : `no client ${unknown}`;
  process.stderr.write(`test-sdks: ${wrong}; there are ${[...known].join(", ")}\n`);
  process.exit(2);
}
if (values["check-docs"]) {
  const document = readFileSync(join(root, "docs", "clients.md"), "utf8");
  const stale = clients.filter((client) => !document.includes(markedLines(client)));
  for (const { name } of stale) {
    process.stderr.write(`docs/clients.md: not the lines of ${name}; run with --write-docs\n`);
  }
  process.exit(stale.length > 0 ? 1 : 0);
}
const chosen = clients.filter(
  ({ name, language }) =>
    positionals.length === 0 || positionals.includes(name) || positionals.includes(language),
);

const results = [];
for (const client of chosen) {
  const tool = await missingTool(client);
  const told =
    tool === null ? await tell(client) : { skipped: `"${tool}" does not answer`, stories: {} };
  if (told.skipped !== undefined) say(client, `skipped: ${told.skipped}`);
  results.push({ name: client.name, language: client.language, ...told });
}
process.stdout.write(`${matrix(results)}\n\n`);
const skipped = results.filter((result) => result.skipped !== undefined);
for (const { name, skipped: why } of skipped) process.stdout.write(`skipped: ${name}: ${why}\n`);
if (positionals.length === 0) {
  for (const { name, why } of NOT_TESTED) process.stdout.write(`skipped: ${name}: ${why}\n`);
}
const cells = results.flatMap(({ stories }) =>
  STORIES.map(({ id }) => stories[id]?.state ?? "skipped"),
);
const count = (...states) => cells.filter((state) => states.includes(state)).length;
process.stdout.write(
  `\n${count("ok")} passed, ${count("FAILED")} failed, ${count("skipped", "not offered")} skipped\n`,
);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ results }, null, 2)}\n`);
}
process.exitCode = count("FAILED") > 0 ? 1 : 0;
if (values["write-docs"]) {
  const isWhole = cells.every((state) => ["ok", "not offered"].includes(state));
  if (isWhole) {
    const text = await clientsDocument(clients, results);
    writeFileSync(join(root, "docs", "clients.md"), text);
  } else {
    process.stderr.write("docs/clients.md is left as it was: not every client passed\n");
    process.exitCode = 1;
  }
}

function say({ name }, text) {
  process.stderr.write(`${name}: ${text}\n`);
}

function secondsSince(began) {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}

/**
 * Installs one client and tells it the stories, each in a process of its own, with an emulator of its own.
 *
 * @returns the stories by id, or why all are skipped
 */
async function tell(client) {
  const stories = {};
  let made = performance.now();
  let command;
  try {
    command = await prepared(client);
    say(client, `installed, ${secondsSince(made)}`);
  } catch (error) {
    say(client, error.message);
    if (error instanceof NotFetched) {
      return { skipped: `its packages cannot be fetched: ${lastLine(error.message)}`, stories };
    }
    for (const { id } of STORIES) stories[id] = { state: "FAILED", note: "cannot be built" };
    return { stories };
  }
  const emulator = await startEmulator();
  const program = programOf(client, command.command, command.environment, emulator);
  try {
    for (const { id, ask } of STORIES) {
      made = performance.now();
      try {
        stories[id] = await ask(program, client, emulator);
      } catch (error) {
        say(client, error.message);
        stories[id] = { state: "FAILED", note: lastLine(error.message) };
      }
      const { state, note } = stories[id];
      say(client, `${id} ${state}, ${secondsSince(made)}${note ? `: ${note}` : ""}`);
    }
  } finally {
    await emulator.stop();
  }
  return { stories };
}
