// How each language installs, compiles and runs a client: packages from its own registry, results outside the tree.
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment, run } from "./emulator.mjs";
import { OWN_HOSTS } from "./programs.mjs";

const CACHE = join(process.env.XDG_CACHE_HOME ?? tmpdir(), "dsql-auth-emulator-sdk-tests");
const SHARED = fileURLToPath(new URL("../shared", import.meta.url));
const COMMAND = fileURLToPath(new URL("../../../dist/main.js", import.meta.url));
/** Longest wait for a registry, for each client; and where it has given nothing to another client of the language. */
const FETCH_LIMIT_MS = { first: 240_000, after: 30_000 };
const silent = new Set();
const PYTHON_NEEDED = [
  "python3",
  "-c",
  "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)",
];
const PYTHON = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python3"];

/** A package that the language's registry did not give: no fault of the client or the emulator. */
export class NotFetched extends Error {}

/**
 * By language: the programs it takes, the files that decide what is prepared, how to prepare a client in a directory
 * (`fetch` packages, then `build`), its command line and variables. What several programs of a language share is in
 * `../shared`.
 */
export const TOOLCHAINS = {
  python: {
    needs: [PYTHON_NEEDED],
    inputs: /^requirements\.txt$/,
    fetch: installRequirements,
    command: (source, target) => [join(target, ...PYTHON), join(source, "program.py")],
    environment: () => ({ PYTHONPATH: join(SHARED, "python"), PYTHONDONTWRITEBYTECODE: "1" }),
  },
  shell: {
    needs: [PYTHON_NEEDED, ["psql", "--version"], ["bash", "--version"], ["awk", "1", "/dev/null"]],
    inputs: /^requirements\.txt$/,
    fetch: installRequirements,
    command: (source) => ["bash", join(source, "program.sh")],
    environment: (target) => ({
      PATH: [join(target, PYTHON[0]), process.env.PATH].join(delimiter),
      STORY_PYTHON: join(target, ...PYTHON),
      STORY_NODE: process.execPath,
      STORY_COMMAND: COMMAND,
    }),
  },
  javascript: {
    needs: [["npm", "--version"]],
    inputs: /^package\.json$|\.mjs$/,
    fetch: async (source, target) => {
      cpSync(source, target, { recursive: true });
      cpSync(join(SHARED, "javascript"), target, { recursive: true });
      const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
      await fetched("npm", ["install", ...quiet], target);
    },
    command: (_source, target) => [process.execPath, join(target, "program.mjs")],
  },
  go: {
    needs: [["go", "version"]],
    inputs: /^go\.(?:mod|sum)$|\.go$/,
    fetch: (source) => fetched("go", ["mod", "download"], source),
    build: (source, target) =>
      must("go", ["build", "-mod=readonly", "-o", join(target, "program"), "."], source),
    command: (_source, target) => [join(target, "program")],
  },
  java: {
    needs: [
      ["java", "-version"],
      ["mvn", "--version"],
    ],
    inputs: /^pom\.xml$|\.java$/,
    // Maven fetches its own plug-ins as it goes: only what the compiler says is no fault of the registry.
    fetch: (source, target) =>
      fetched(
        "mvn",
        ["-q", "-B", "-f", join(source, "pom.xml"), `-Dtarget=${target}`, "package"],
        undefined,
        /COMPILATION ERROR/,
      ),
    command: (_source, target) => [
      "java",
      "-cp",
      [join(target, "classes"), join(target, "dependency", "*")].join(delimiter),
      "Program",
    ],
  },
  rust: {
    needs: [["cargo", "--version"]],
    inputs: /^Cargo\.(?:toml|lock)$|\.rs$/,
    fetch: (source) => fetched("cargo", ["fetch", "--quiet", "--locked"], source),
    // One directory for all crates, so that what they share is compiled once.
    build: async (source, target) => {
      const built = join(CACHE, "cargo-target");
      const how = ["--quiet", "--locked", "--offline", "--target-dir", built];
      await must("cargo", ["build", ...how], source);
      cpSync(join(built, "debug", basename(source)), join(target, "program"));
    },
    command: (_source, target) => [join(target, "program")],
  },
};

/** @returns the first program that the client needs and that does not answer, or null */
export async function missingTool({ language, hosts }) {
  const needs = [...TOOLCHAINS[language].needs, ...(hosts ? [[...OWN_HOSTS, "true"]] : [])];
  for (const [program, ...args] of needs) {
    const { exitCode } = await run(program, args);
    if (exitCode !== 0) return [program, ...args].join(" ");
  }
  return null;
}

/**
 * Installs and compiles what the client needs, once for each state of its inputs.
 *
 * @returns its command and variables
 * @throws NotFetched when a registry does not give a package, Error when the program cannot be built
 */
export async function prepared({ name, language, source }) {
  const toolchain = TOOLCHAINS[language];
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const folder of [source, join(SHARED, language)]) {
    for (const file of inputsOf(folder, toolchain.inputs)) {
      hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
    }
  }
  const target = join(CACHE, `${name}-${hash.digest("hex").slice(0, 16)}`);
  const done = join(target, ".done");
  if (!existsSync(done)) {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    await toolchain.fetch(source, target);
    await toolchain.build?.(source, target);
    writeFileSync(done, "");
  }
  return {
    command: toolchain.command(source, target),
    environment: toolchain.environment?.(target) ?? {},
  };
}

function inputsOf(folder, inputs) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => inputs.test(file.split(/[/\\]/).at(-1)))
    .sort();
}

async function installRequirements(source, target) {
  await must("python3", ["-m", "venv", target]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await fetched(join(target, ...PYTHON), [...pip, "-r", join(source, "requirements.txt")]);
}

/** @param fault what the output has if the registry is not to blame: by default, that it has the package in other versions */
async function fetched(program, args, cwd, fault = /ETARGET|from versions: \d|unknown revision/) {
  try {
    await must(
      program,
      args,
      cwd,
      silent.has(basename(program)) ? FETCH_LIMIT_MS.after : FETCH_LIMIT_MS.first,
    );
  } catch (error) {
    if (fault.test(error.message)) throw error;
    silent.add(basename(program));
    throw new NotFetched(error.message);
  }
}

async function must(program, args, cwd, timeout = 0) {
  const options = { cwd, env: cleanEnvironment(), timeout };
  const { exitCode, stdout, stderr } = await run(program, args, options);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")}:\n${stdout}${stderr}`);
}
