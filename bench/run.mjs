/**
 * The benchmarks: `npm run bench -- [--quick] [--only NAME] [--out FILE]`. The emulator and its peers run
 * at the same time, each in a process of its own, and take turns, so that what disturbs the machine
 * disturbs all of them. Nothing here fails because something is slow.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const bench = dirname(fileURLToPath(import.meta.url));
const root = dirname(bench);

const USAGE = `usage: npm run bench -- [--quick] [--only NAME] [--out FILE] [--dist DIR]

  --quick      fewer rounds: under a minute, for a first look
  --only NAME  one group: NAMES
  --out FILE   writes the table to a file too
  --dist DIR   the compiled emulator (default: dist, built when it is out of date)
`;

const FULL = {
  deadlineMs: 480_000,
  warmUpMs: 4_000,
  connections: 150,
  connectRounds: 7,
  queryMs: 1_000,
  queryRounds: 7,
  largeRounds: 9,
  starts: 5,
  memoryRuns: 3,
  decisionRounds: 9,
  controlRounds: 5,
  controlMs: 1_500,
  scenarios: 80,
  scenarioRounds: 3,
  suiteTests: 200,
  suiteRounds: 3,
};
const QUICK = {
  deadlineMs: 120_000,
  warmUpMs: 2_000,
  connections: 40,
  connectRounds: 3,
  queryMs: 300,
  queryRounds: 3,
  largeRounds: 3,
  starts: 1,
  memoryRuns: 1,
  decisionRounds: 3,
  controlRounds: 3,
  controlMs: 300,
  scenarios: 20,
  scenarioRounds: 1,
  suiteTests: 40,
  suiteRounds: 1,
};

/** Groups by name, in the order in which they run; the first ones need the peers. */
const GROUPS = {
  connect: { file: "connect", measure: "measureConnect", needsServers: true },
  queries: { file: "queries", measure: "measureQueries", needsServers: true },
  "large-result": { file: "large-result", measure: "measureLargeResult", needsServers: true },
  start: { file: "start", measure: "measureStart" },
  memory: { file: "memory", measure: "measureMemory" },
  "control-plane": { file: "control-plane", measure: "measureControlPlane" },
  scenarios: { file: "scenarios", measure: "measureScenarios" },
  "connect-suite": { file: "connect-suite", measure: "measureConnectSuite" },
  decisions: { file: "decisions", measure: "measureDecisions" },
};

const options = readOptions();
const plan = options.quick ? QUICK : FULL;
const chosen = Object.entries(GROUPS).filter(
  ([name]) => options.only === undefined || options.only === name,
);
prepare();

const { stopEverything } = await import("./support/processes.mjs");
const { markdownTable } = await import("./support/report.mjs");
/** What has been measured so far. */
const rows = [];
for (const [signal, exitCode] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.once(signal, () => end(exitCode, `stopped (${signal})`));
}
setTimeout(() => {
  if (rows.length > 0) process.stdout.write(markdownTable(rows));
  end(1, `given up after ${plan.deadlineMs / 1000} s: the machine is too busy for this run`);
}, plan.deadlineMs).unref();

try {
  const table = await measure();
  process.stdout.write(table);
  if (options.out !== undefined) writeFileSync(options.out, table);
  end(0);
} catch (error) {
  end(1, error.stack);
}

async function measure() {
  const { startEmulator, startPgliteSocket, startTlsEcho } =
    await import("./support/candidates.mjs");
  const { warmUp } = await import("./support/warm-up.mjs");
  const load = () => loadavg()[0].toFixed(2);
  const loadBefore = load();
  const started = Date.now();
  const context = { dist: options.dist, plan };
  const servers = [];
  if (chosen.some(([, { needsServers }]) => needsServers)) {
    const emulator = await startEmulator(options.dist);
    const tlsEcho = await startTlsEcho(emulator.hostname, emulator.token);
    const pgliteSocket = await startPgliteSocket(emulator.token);
    Object.assign(context, { emulator, tlsEcho, pgliteSocket });
    servers.push(emulator, tlsEcho, pgliteSocket);
    progress("warm-up");
    await warmUp({
      servers,
      databases: [emulator, pgliteSocket],
      connections: plan.connections * 2,
      queryMs: plan.warmUpMs,
    });
  }
  for (const [name, { file, measure: functionName, needsServers }] of chosen) {
    if (!needsServers) for (const server of servers.splice(0)) await server.stop();
    progress(name);
    const module = await import(`./measures/${file}.mjs`);
    rows.push(...(await module[functionName](context)));
  }
  for (const server of servers) await server.stop();
  const seconds = Math.round((Date.now() - started) / 1000);
  return `${machine(`${loadBefore} before and ${load()} after the run`, seconds)}\n\n${markdownTable(rows)}`;
}

/** What the numbers depend on. */
function machine(load, seconds) {
  const date = new Date().toISOString().slice(0, 10);
  const all = cpus();
  return [
    `${date}, ${options.quick ? "quick run" : "full run"} of ${seconds} s`,
    `${all.length} × ${all[0]?.model.trim() ?? "unknown CPU"}`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `load ${load}`,
  ].join(", ");
}

function readOptions() {
  const usage = USAGE.replace("NAMES", Object.keys(GROUPS).join(", "));
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        out: { type: "string" },
        dist: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    if (values.only !== undefined && !Object.hasOwn(GROUPS, values.only)) {
      throw new Error(`there is no group \`${values.only}\``);
    }
    return { ...values, dist: resolve(values.dist ?? join(root, "dist")), isOwnDist: !values.dist };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

/** Builds the emulator and installs the peer if that has not been done. */
function prepare() {
  if (!existsSync(join(root, "node_modules", "pg"))) {
    process.stderr.write("the packages are not installed: run `npm ci` first\n");
    process.exit(1);
  }
  if (options.isOwnDist) run(process.execPath, [join(root, "scripts", "build.mjs"), "--if-needed"]);
  if (!isPeerInstalled()) {
    progress("npm ci --prefix bench");
    run("npm", ["ci", "--prefix", bench, "--no-audit", "--no-fund"]);
  }
}

function isPeerInstalled() {
  const wanted = JSON.parse(readFileSync(join(bench, "package.json"), "utf8")).dependencies;
  return Object.entries(wanted).every(([name, version]) => {
    const file = join(bench, "node_modules", name, "package.json");
    return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version === version;
  });
}

function run(command, args) {
  const isScript = process.platform === "win32" && command === "npm";
  const stdio = ["ignore", process.stderr, "inherit"];
  const { status } = spawnSync(command, args, { cwd: root, stdio, shell: isScript });
  if (status === 0) return;
  process.stderr.write(`\`${command} ${args.join(" ")}\` failed\n`);
  process.exit(1);
}

function progress(text) {
  process.stderr.write(`${text} …\n`);
}

/** Ends the run and everything that it has started. */
function end(exitCode, message) {
  stopEverything();
  if (message !== undefined) process.stderr.write(`${message}\n`);
  process.exit(exitCode);
}
