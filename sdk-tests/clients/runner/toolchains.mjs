// How each language installs, compiles and runs a client: packages from its own registry, results outside the tree.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { cleanEnvironment, run } from "./emulator.mjs";

const CACHE = join(process.env.XDG_CACHE_HOME ?? tmpdir(), "dsql-auth-emulator-sdk-tests");
const PYTHON = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python3"];

/** By language: the programs it takes, how to prepare a client in a directory, and its command line. */
export const TOOLCHAINS = {
  python: {
    needs: [
      ["python3", "--version"],
      ["python3", "-m", "venv", "--help"],
    ],
    inputs: /^requirements\.txt$/,
    prepare: async (source, target) => {
      await must("python3", ["-m", "venv", target]);
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
      await must(join(target, ...PYTHON), [...pip, "-r", join(source, "requirements.txt")]);
    },
    command: (source, target) => [join(target, ...PYTHON), join(source, "program.py")],
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
    prepare: (source, target) =>
      must("cargo", ["build", "--quiet", "--locked", "--target-dir", target], source),
    command: (_source, target) => [join(target, "debug", "program")],
  },
};

/** @returns the first program of the toolchain that does not answer, or null */
export async function missingTool(language) {
  for (const [program, ...args] of TOOLCHAINS[language].needs) {
    const { exitCode } = await run(program, args);
    if (exitCode !== 0) return [program, ...args].join(" ");
  }
  return null;
}

/** Installs and compiles what the client needs, once for each state of its inputs. @returns its command line */
export async function prepared(name, language, source) {
  const toolchain = TOOLCHAINS[language];
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => toolchain.inputs.test(file.split(/[/\\]/).at(-1)))
    .sort();
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(source, file)));
  const target = join(CACHE, `${name}-${hash.digest("hex").slice(0, 16)}`);
  const done = join(target, ".done");
  if (!existsSync(done)) {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    await toolchain.prepare(source, target);
    writeFileSync(done, "");
  }
  return toolchain.command(source, target);
}

async function must(program, args, cwd) {
  const { exitCode, stdout, stderr } = await run(program, args, { cwd, env: cleanEnvironment() });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(" ")}:\n${stdout}${stderr}`);
}
