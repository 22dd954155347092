/** `dsql-emulator scenario`: authorization rules as files that are run. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import {
  type CliCommand,
  CliFailure,
  type CliIo,
  commandHelp,
  type CommandUsage,
  EXIT_CODE,
  type GivenArguments,
  READY_FILE_OPTION,
  readArguments,
  readReadyFile,
  readyFilePath,
  UsageFailure,
} from "./cli/index.ts";
import { startEmulator } from "./index.ts";
import type * as Library from "./scenario/index.ts";
import type { Scenario, ScenarioTarget } from "./scenario/index.ts";

/** Loaded on demand, with a database client and a signing library: other commands need none of it. */
type ScenarioLibrary = typeof Library;

const DEFAULT_DIRECTORY = "scenarios";
const DEFAULT_FIRST_FILE = "scenarios/first.yaml";
/** As shells answer for a program that Ctrl-C ended. */
const EXIT_STOPPED = 130;
const MOST_FILES = 10_000;
const MOST_JOBS = 64;

const USAGE: CommandUsage = {
  forms: [
    "run [FILES|DIRECTORIES…] [--filter TEXT] [--junit FILE] [--json FILE] [--bail] [--jobs N]",
    "run [FILES|DIRECTORIES…] --endpoint URL [--ready-file FILE] [--keep-state]",
    "check [FILES|DIRECTORIES…]",
    "init [FILE]",
  ],
  description: [
    "Runs scenario files, checks their form without running them, or writes a first one. Without files it",
    `takes the directory \`${DEFAULT_DIRECTORY}\`. Each scenario begins in a fresh state: that of its configuration; with`,
    "--endpoint or --ready-file that of a running emulator, whose state is brought back before each scenario",
    "and at the end, which ends its connections. Scenarios with a configuration are skipped there.",
  ].join("\n"),
  options: [
    { name: "filter", placeholder: "TEXT", doc: "only scenarios whose name or file has this text" },
    { name: "junit", placeholder: "FILE", doc: "write the results in JUnit's XML" },
    { name: "json", placeholder: "FILE", doc: "write the results as JSON" },
    { name: "bail", doc: "start none after the first that fails" },
    {
      name: "jobs",
      placeholder: "N",
      doc: "how many at a time; by default one for each processor",
    },
    { name: "endpoint", placeholder: "URL", doc: "HTTP address of a running emulator" },
    {
      name: "keep-state",
      doc: "on a running emulator: bring nothing back; each finds what those before have left",
    },
    READY_FILE_OPTION,
  ],
};

/** `dsql-emulator scenario`. */
export const scenarioCommand: CliCommand = {
  name: "scenario",
  summary: "run authorization rules that are written down as files",
  help: () => commandHelp("scenario", USAGE),
  async run(args, io) {
    const given = readArguments(args, USAGE.options, MOST_FILES);
    const [verb, ...names] = given.positionals;
    const library = await import("./scenario/index.ts");
    switch (verb) {
      case "run":
        return run(library, given, load(library, names, io), io);
      case "check": {
        const scenarios = load(library, names, io);
        io.stdout(`${scenarios.length} scenarios, all of the right form\n`);
        return EXIT_CODE.success;
      }
      case "init":
        return init(library, names, io);
      default:
        throw new UsageFailure(
          verb === undefined
            ? "say what to do; give run, check or init"
            : `\`${verb}\` is not understood; give run, check or init`,
        );
    }
  },
};

/** All scenarios of the files. What is wrong with any of them is on stderr before it is thrown. */
function load(library: ScenarioLibrary, names: readonly string[], io: CliIo): readonly Scenario[] {
  const found = library.findScenarioFiles(
    names.length === 0 ? [DEFAULT_DIRECTORY] : names,
    io.workingDirectory,
  );
  if (found.kind === "missing") {
    throw new CliFailure(
      `there is no \`${found.argument}\`; write a first one with \`dsql-emulator scenario init\``,
      EXIT_CODE.usage,
    );
  }
  const loaded = found.files.map((file) => library.loadScenarios(file, io.workingDirectory));
  const problems = loaded.flatMap((file) => file.problems);
  for (const { place, message } of problems) io.stderr(`${library.placeText(place)}: ${message}\n`);
  if (problems.length > 0) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    throw new CliFailure(`${count} in the files; nothing was run`, EXIT_CODE.usage);
  }
  return loaded.flatMap((file) => file.scenarios);
}

async function run(
  library: ScenarioLibrary,
  given: GivenArguments,
  all: readonly Scenario[],
  io: CliIo,
): Promise<number> {
  const filter = given.text("filter") ?? "";
  const scenarios = all.filter(({ name, place }) => `${place.file} ${name}`.includes(filter));
  if (scenarios.length === 0) {
    throw new CliFailure(
      all.length === 0
        ? "there are no scenarios"
        : `no scenario has \`${filter}\` in its name or file`,
    );
  }
  const target = await targetOf(given, io);
  const startedAt = performance.now();
  const stopped = new AbortController();
  const stop = (): void => {
    io.stderr("stopping after the scenarios that run; once more to end at once\n");
    stopped.abort();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const results = await library.runScenarios(scenarios, {
    target,
    signal: stopped.signal,
    jobs: jobsOf(given.text("jobs")),
    isBailing: given.flag("bail"),
    onResult: (result) => {
      io.stdout(library.resultText(result));
    },
  });
  process.off("SIGINT", stop).off("SIGTERM", stop);
  io.stdout(library.summaryText(results, performance.now() - startedAt));
  write(given.text("junit"), library.junitText(results), io);
  write(given.text("json"), library.jsonText(results), io);
  if (stopped.signal.aborted) return EXIT_STOPPED;
  if (results.every(({ kind }) => kind === "skipped")) {
    throw new CliFailure("every scenario was skipped; leave --endpoint and --ready-file out");
  }
  return results.some(({ kind }) => kind === "failed") ? EXIT_CODE.failure : EXIT_CODE.success;
}

async function targetOf(given: GivenArguments, io: CliIo): Promise<ScenarioTarget> {
  const endpoint = given.text("endpoint");
  const readyFile = given.text("ready-file");
  const keepsState = given.flag("keep-state");
  if (endpoint === undefined && readyFile === undefined) {
    if (keepsState)
      throw new UsageFailure("--keep-state is for a running emulator; give --endpoint");
    return {
      kind: "own",
      start: (configFile) => startEmulator(configFile === undefined ? {} : { configFile }),
    };
  }
  if (endpoint !== undefined && !/^https?:\/\//.test(endpoint)) {
    throw new UsageFailure(
      `--endpoint is \`${endpoint}\`; give a URL such as http://127.0.0.1:9432`,
    );
  }
  const info = await readReadyFile(readyFilePath(readyFile, io));
  const url = endpoint?.replace(/\/+$/, "") ?? info.http.url;
  const emulator = { ...info, http: { url }, stop: async () => undefined };
  return { kind: "running", emulator, keepsState };
}

function jobsOf(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  const jobs = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (jobs >= 1 && jobs <= MOST_JOBS) return jobs;
  throw new UsageFailure(`--jobs is \`${text}\`; give a whole number from 1 to ${MOST_JOBS}`);
}

function write(file: string | undefined, text: string, io: CliIo): void {
  if (file === undefined) return;
  try {
    writeFileSync(resolve(io.workingDirectory, file), text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new CliFailure(`\`${file}\` cannot be written (${code})`);
  }
}

function init(library: ScenarioLibrary, names: readonly string[], io: CliIo): number {
  const [name = DEFAULT_FIRST_FILE, ...others] = names;
  if (others.length > 0) throw new UsageFailure("init writes one file; give one name");
  const file = resolve(io.workingDirectory, name);
  if (existsSync(file)) throw new CliFailure(`\`${name}\` is there already; give another name`);
  mkdirSync(dirname(file), { recursive: true });
  write(file, library.FIRST_SCENARIO, io);
  io.stdout(`${name}\nrun it with: dsql-emulator scenario run ${name}\n`);
  return EXIT_CODE.success;
}
