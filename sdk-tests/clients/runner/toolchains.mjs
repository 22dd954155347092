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
const PYTHON = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python3"];

/**
 * By language: the programs it takes, the files that decide what is prepared, how to prepare a client in a directory,
 * its command line and variables. What several programs of a language share is in `../shared`.
 */
export const TOOLCHAINS = {
  python: {
    needs: [["python3", "-c", "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)"]],
    inputs: /^requirements\.txt$/,
    prepare: async (source, target) => {
      await must("python3", ["-m", "venv", target]);
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
      await must(join(target, ...PYTHON), [...pip, "-r", join(source, "requirements.txt")]);
    },
    command: (source, target) => [join(target, ...PYTHON), join(source, "program.py")],
    environment: { PYTHONPATH: join(SHARED, "python"), PYTHONDONTWRITEBYTECODE: "1" },
  },
  javascript: {
    needs: [["npm", "--version"]],
    inputs: /^package\.json$|\.mjs$/,
    prepare: async (source, target) => {
      cpSync(source, target, { recursive: true });
      cpSync(join(SHARED, "javascript"), target, { recursive: true });
      const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
      await must("npm", ["install", ...quiet], target);
    },
    command: (_source, target) => [process.execPath, join(target, "program.mjs")],
  },
  go: {
    needs: [["go", "version"]],
    inputs: /^go\.(?:mod|sum)$|\.go$/,
    prepare: (source, target) =>
      must("go", ["build", "-mod=readonly", "-o", join(target, "program"), "."], source),
    command: (_source, target) => [join(target, "program")],
  },
  java: {
    needs: [
      ["java", "-version"],
      ["mvn", "--version"],
    ],
    inputs: /^pom\.xml$|\.java$/,
    prepare: (source, target) =>
      must("mvn", ["-q", "-B", "-f", join(source, "pom.xml"), `-Dtarget=${target}`, "package"]),
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
    // One directory for all crates, so that what they share is compiled once.
    prepare: async (source, target) => {
      const built = join(CACHE, "cargo-target");
      await must("cargo", ["build", "--quiet", "--locked", "--target-dir", built], source);
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

/** Installs and compiles what the client needs, once for each state of its inputs. @returns its command and variables */
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
    await toolchain.prepare(source, target);
    writeFileSync(done, "");
  }
  return {
    command: toolchain.command(source, target),
    environment: toolchain.environment ?? {},
  };
}

function inputsOf(folder, inputs) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => inputs.test(file.split(/[/\\]/).at(-1)))
    .sort();
}

async function must(program, args, cwd) {
  const { exitCode, stdout, stderr } = await run(program, args, { cwd, env: cleanEnvironment() });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")}:\n${stdout}${stderr}`);
}
