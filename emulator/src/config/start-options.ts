/** The options of `dsql-emulator start`, as data, and how they are read from arguments and environment. */
import { parseArgs } from "node:util";
import { alternatives } from "./alternatives.ts";
import type { ConfigurationProblem } from "./configuration-error.ts";
import type { EmulatorConfig } from "./emulator-config.ts";

type OptionKind =
  | { readonly kind: "text" }
  | { readonly kind: "port" }
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly choices: readonly string[] };

/** One option of `dsql-emulator start`. */
export interface StartOption {
  /** Without the leading `--`. */
  readonly name: string;
  /** The environment variable with the same effect. */
  readonly environmentVariable: string;
  /** What stands for the value in the help text; `undefined` for a flag, which takes none. */
  readonly placeholder: string | undefined;
  /** The default in words; `undefined` if nothing is the default. */
  readonly defaultText: string | undefined;
  /** One line, lower case, no final stop. */
  readonly doc: string;
  /** The key of the result, and of the file where the file has it. */
  readonly key: keyof StartOptionValues;
  /** What a value must look like. */
  readonly value: OptionKind;
}

/** What arguments and environment say; a key that neither says is absent. */
export interface StartOptionValues {
  readonly config?: string;
  readonly dataDir?: string;
  readonly host?: string;
  readonly pgPort?: number;
  readonly httpPort?: number;
  readonly enforce?: EmulatorConfig["enforce"];
  readonly explainErrors?: boolean;
  readonly logFormat?: EmulatorConfig["logFormat"];
  readonly readyFile?: string;
  readonly hooksDirectory?: string;
  readonly caFile?: string;
}

/** The values, and everything that is wrong with arguments and environment. */
export interface ParsedStartOptions {
  readonly values: StartOptionValues;
  readonly problems: readonly ConfigurationProblem[];
}

/** All options of `dsql-emulator start`, in the order of the help text. */
export const START_OPTIONS: readonly StartOption[] = [
  {
    name: "config",
    environmentVariable: "DSQL_EMULATOR_CONFIG",
    placeholder: "FILE",
    defaultText: "dsql-emulator.yaml, if it exists",
    doc: "configuration file, YAML or JSON",
    key: "config",
    value: { kind: "text" },
  },
  {
    name: "data-dir",
    environmentVariable: "DSQL_EMULATOR_DATA_DIR",
    placeholder: "DIR",
    defaultText: undefined,
    doc: "directory that keeps databases, CA and keys; without it databases live in memory, CA and keys in .dsql-emulator",
    key: "dataDir",
    value: { kind: "text" },
  },
  {
    name: "host",
    environmentVariable: "DSQL_EMULATOR_HOST",
    placeholder: "ADDRESS",
    defaultText: "127.0.0.1",
    doc: "address to listen on",
    key: "host",
    value: { kind: "text" },
  },
  {
    name: "pg-port",
    environmentVariable: "DSQL_EMULATOR_PG_PORT",
    placeholder: "PORT",
    defaultText: "5432",
    doc: "port of the PostgreSQL protocol, 0 for any free one",
    key: "pgPort",
    value: { kind: "port" },
  },
  {
    name: "http-port",
    environmentVariable: "DSQL_EMULATOR_HTTP_PORT",
    placeholder: "PORT",
    defaultText: "9432",
    doc: "port of the HTTP APIs, 0 for any free one",
    key: "httpPort",
    value: { kind: "port" },
  },
  {
    name: "enforce",
    environmentVariable: "DSQL_EMULATOR_ENFORCE",
    placeholder: "MODE",
    defaultText: "strict",
    doc: "strict refuses, soft admits and records what would be refused, off does not check",
    key: "enforce",
    value: { kind: "choice", choices: ["strict", "soft", "off"] },
  },
  {
    name: "explain-errors",
    environmentVariable: "DSQL_EMULATOR_EXPLAIN_ERRORS",
    placeholder: undefined,
    defaultText: undefined,
    doc: "tell refused clients the reason in DETAIL and HINT",
    key: "explainErrors",
    value: { kind: "flag" },
  },
  {
    name: "log-format",
    environmentVariable: "DSQL_EMULATOR_LOG_FORMAT",
    placeholder: "FORMAT",
    defaultText: "pretty",
    doc: "form of the log lines: pretty or json",
    key: "logFormat",
    value: { kind: "choice", choices: ["pretty", "json"] },
  },
  {
    name: "ready-file",
    environmentVariable: "DSQL_EMULATOR_READY_FILE",
    placeholder: "FILE",
    defaultText: "ready.json in the data directory, or in .dsql-emulator",
    doc: "file that is written when everything listens",
    key: "readyFile",
    value: { kind: "text" },
  },
  {
    name: "hooks",
    environmentVariable: "DSQL_EMULATOR_HOOKS",
    placeholder: "DIR",
    defaultText: undefined,
    doc: "directory of SQL, declarations and programs that are run before the emulator is ready",
    key: "hooksDirectory",
    value: { kind: "text" },
  },
  {
    name: "ca-file",
    environmentVariable: "DSQL_EMULATOR_CA_FILE",
    placeholder: "FILE",
    defaultText: undefined,
    doc: "file that the CA certificate is copied to, for clients that share no other directory",
    key: "caFile",
    value: { kind: "text" },
  },
];

/** Reads arguments (those behind `start`) and environment; an argument wins. Never throws. */
export function parseStartOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedStartOptions {
  const problems: ConfigurationProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const option of START_OPTIONS) {
    const text = env[option.environmentVariable];
    if (text === undefined) continue;
    const value = readValue(option, text);
    if (value.kind === "good") values[option.key] = value.value;
    else problems.push({ path: option.environmentVariable, message: value.expected });
  }
  for (const { option, path, text } of readArguments(args, problems)) {
    const value = readValue(option, text);
    if (value.kind === "good") values[option.key] = value.value;
    else problems.push({ path, message: value.expected });
  }
  return { values, problems };
}

interface GivenOption {
  readonly option: StartOption;
  readonly path: string;
  readonly text: string;
}

function readArguments(args: readonly string[], problems: ConfigurationProblem[]): GivenOption[] {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      START_OPTIONS.map(({ name, value }) => [
        name,
        { type: value.kind === "flag" ? ("boolean" as const) : ("string" as const) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: GivenOption[] = [];
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      problems.push({ path: "arguments", message: `\`${token.value}\` is not an option` });
      continue;
    }
    const path = token.rawName;
    const option = START_OPTIONS.find(({ name }) => `--${name}` === path);
    if (option === undefined) {
      problems.push({ path, message: `is not an option; the options are ${optionNames()}` });
    } else if (option.value.kind === "flag") {
      given.push({ option, path, text: token.value ?? "true" });
    } else if (token.value === undefined || isSwallowedOption(token)) {
      const placeholder = option.placeholder ?? "VALUE";
      problems.push({ path, message: `has no value; expected ${path} ${placeholder}` });
    } else {
      given.push({ option, path, text: token.value });
    }
  }
  return given;
}

/** `--config --host` makes `--host` the value of `--config`; `--config=--host` is meant so. */
function isSwallowedOption(token: {
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}): boolean {
  return token.inlineValue !== true && token.value?.startsWith("--") === true;
}

function optionNames(): string {
  return START_OPTIONS.map(({ name }) => `--${name}`).join(", ");
}

type ReadValue =
  | { readonly kind: "good"; readonly value: string | number | boolean }
  | { readonly kind: "bad"; readonly expected: string };

function readValue({ value: wanted }: StartOption, text: string): ReadValue {
  if (text.trim() === "") return { kind: "bad", expected: "has an empty value" };
  switch (wanted.kind) {
    case "text":
      return { kind: "good", value: text };
    case "port":
      return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
        ? { kind: "good", value: Number(text) }
        : { kind: "bad", expected: `is \`${text}\`; expected a port from 0 to 65535` };
    case "flag":
      return ["true", "1", "false", "0"].includes(text)
        ? { kind: "good", value: text === "true" || text === "1" }
        : { kind: "bad", expected: `is \`${text}\`; expected true, false, 1 or 0` };
    case "choice":
      return wanted.choices.includes(text)
        ? { kind: "good", value: text }
        : { kind: "bad", expected: `is \`${text}\`; expected ${alternatives(wanted.choices)}` };
  }
}
