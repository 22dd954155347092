/** The options of one command as data: its help text and how its arguments are read come from it. */
import { parseArgs } from "node:util";
import { UsageFailure } from "./cli-command.ts";
import { nearMiss } from "./near-miss.ts";

/** One option of a command. */
export interface CommandOption {
  /** Without the leading `--`. */
  readonly name: string;
  /** What stands for the value in the help text; `undefined` for a flag, which takes none. */
  readonly placeholder?: string;
  /** One line, lower case, no final stop. */
  readonly doc: string;
}

/** What the help text of a command is made of. */
export interface CommandUsage {
  /** What may follow `dsql-emulator NAME`, one way of use per entry. */
  readonly forms: readonly string[];
  /** Sentences, already broken into lines. */
  readonly description: string;
  readonly options: readonly CommandOption[];
}

/** The arguments of a command after reading; of an option that is given twice the last one counts. */
export interface GivenArguments {
  /** The value of an option, or `undefined` if it was not given. */
  readonly text: (name: string) => string | undefined;
  readonly flag: (name: string) => boolean;
  readonly positionals: readonly string[];
}

/** Every command that looks for a running emulator has this option. */
export const READY_FILE_OPTION: CommandOption = {
  name: "ready-file",
  placeholder: "FILE",
  doc: "file that the emulator wrote when it was ready",
};

const HELP_OPTION: CommandOption = { name: "help", doc: "show this text" };

/** The text of `dsql-emulator NAME --help`. */
export function commandHelp(name: string, usage: CommandUsage): string {
  const forms = usage.forms.map((form, index) =>
    `${index === 0 ? "usage:" : "      "} dsql-emulator ${name} ${form}`.trimEnd(),
  );
  const options = [...usage.options, HELP_OPTION].map((option) => ({
    left:
      option.placeholder === undefined
        ? `--${option.name}`
        : `--${option.name} ${option.placeholder}`,
    doc: option.doc,
  }));
  const width = Math.max(...options.map(({ left }) => left.length));
  const lines = options.map(({ left, doc }) => `  ${left.padEnd(width)}  ${doc}`);
  return [...forms, "", usage.description, "", "options:", ...lines, ""].join("\n");
}

/**
 * Reads the arguments behind the name of a command.
 *
 * @throws UsageFailure for an option it does not have, a missing or an unexpected value, and more
 *   positional arguments than `mostPositionals`
 */
export function readArguments(
  args: readonly string[],
  options: readonly CommandOption[],
  mostPositionals = 0,
): GivenArguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      options.map(({ name, placeholder }) => [
        name,
        { type: placeholder === undefined ? ("boolean" as const) : ("string" as const) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const texts = new Map<string, string>();
  const flags = new Set<string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      positionals.push(token.value);
      if (positionals.length > mostPositionals) {
        throw new UsageFailure(
          `unexpected argument \`${token.value}\`; leave it out, or see --help`,
        );
      }
      continue;
    }
    const option = options.find(({ name }) => `--${name}` === token.rawName);
    if (option === undefined) throw unknownOption(token.rawName, options);
    if (option.placeholder === undefined) {
      if (token.value !== undefined) {
        throw new UsageFailure(`${token.rawName} takes no value; write it alone`);
      }
      flags.add(option.name);
    } else {
      texts.set(option.name, optionValue(token, option.placeholder));
    }
  }
  return { text: (name) => texts.get(name), flag: (name) => flags.has(name), positionals };
}

function unknownOption(rawName: string, options: readonly CommandOption[]): UsageFailure {
  const names = options.map(({ name }) => `--${name}`);
  const meant = nearMiss(rawName, names);
  if (meant !== undefined) {
    return new UsageFailure(`${rawName} is not an option; did you mean ${meant}?`);
  }
  return new UsageFailure(
    names.length === 0
      ? `${rawName} is not an option; this command has none`
      : `${rawName} is not an option; the options are ${names.join(", ")}`,
  );
}

/** `--user --admin` would make `--admin` the value of `--user`; `--user=--admin` is meant so. */
function optionValue(
  token: {
    readonly rawName: string;
    readonly value?: string | undefined;
    readonly inlineValue?: boolean | undefined;
  },
  placeholder: string,
): string {
  const { rawName, value, inlineValue } = token;
  if (value === undefined || (inlineValue !== true && value.startsWith("--"))) {
    throw new UsageFailure(`${rawName} has no value; write ${rawName} ${placeholder}`);
  }
  if (value === "") throw new UsageFailure(`${rawName} has an empty value; give a ${placeholder}`);
  return value;
}
