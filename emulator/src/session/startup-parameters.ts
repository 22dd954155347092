/**
 * What the parameters of a StartupMessage mean: user, database, settings, and the settings and the
 * cluster id inside `options`.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-STARTUPMESSAGE
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/privatelink-managing-clusters.html
 */

/** The client's wishes, not yet checked by anybody. */
export interface StartupParameters {
  readonly user: string;
  readonly database: string;
  readonly clusterOption: string | undefined;
  /** By name as written; what is no setting at all is here too, so that it is refused by name. */
  readonly settings: ReadonlyMap<string, string>;
}

const CLUSTER_OPTION = "amzn-cluster-id";
const NOT_SETTINGS: ReadonlySet<string> = new Set(["user", "database", "options"]);
/** Parameters of this prefix extend the protocol; NegotiateProtocolVersion is their answer. */
const PROTOCOL_EXTENSION = "_pq_.";

/** Reads the parameters. A setting of its own wins over the same one in `options`, as in PostgreSQL. */
export function readStartupParameters(parameters: ReadonlyMap<string, string>): StartupParameters {
  const user = parameters.get("user") ?? "";
  const database = parameters.get("database") ?? "";
  const settings = new Map<string, string>();
  let clusterOption: string | undefined;
  for (const [name, value] of parseOptions(parameters.get("options") ?? "")) {
    if (name.toLowerCase() === CLUSTER_OPTION) clusterOption = value;
    else settings.set(name, value);
  }
  for (const [name, value] of parameters) {
    if (NOT_SETTINGS.has(name) || name.startsWith(PROTOCOL_EXTENSION)) continue;
    settings.set(name, value);
  }
  return { user, database: database === "" ? user : database, clusterOption, settings };
}

/** The settings in `options`: `-c name=value`, `-cname=value` and `--name=value`. */
function parseOptions(options: string): [name: string, value: string][] {
  const words = splitOptions(options);
  const settings: [string, string][] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "-c") {
      index += 1;
      settings.push(assignment(words[index] ?? "", word));
    } else if (word.startsWith("-c")) settings.push(assignment(word.slice(2), word));
    else if (word.startsWith("--")) settings.push(assignment(word.slice(2), word));
    else settings.push([word, ""]);
  }
  return settings;
}

/** `name=value`; hyphens in the name stand for underscores, but not in the cluster option's. */
function assignment(text: string, word: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals < 1) return [text === "" ? word : text, ""];
  const name = text.slice(0, equals);
  const isClusterOption = name.toLowerCase() === CLUSTER_OPTION;
  return [isClusterOption ? name : name.replaceAll("-", "_"), text.slice(equals + 1)];
}

/** Splits at white space; a backslash takes the next character as it is. */
function splitOptions(options: string): string[] {
  const words: string[] = [];
  let word = "";
  let hasWord = false;
  for (let index = 0; index < options.length; index += 1) {
    let character = options.charAt(index);
    if (/\s/.test(character)) {
      if (hasWord) words.push(word);
      word = "";
      hasWord = false;
      continue;
    }
    if (character === "\\") {
      index += 1;
      character = options.charAt(index);
    }
    word += character;
    hasWord = true;
  }
  if (hasWord) words.push(word);
  return words;
}
