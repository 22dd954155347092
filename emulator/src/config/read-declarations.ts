/** A part of a configuration that is declared while the emulator runs: accounts and clusters. */
import { dirname } from "node:path";
import type { AccountId } from "../dsql/index.ts";
import { checkAgainstSchema } from "./check-against-schema.ts";
import { ConfigurationError, type ConfigurationProblem } from "./configuration-error.ts";
import type { ConfiguredAccount, ConfiguredCluster } from "./emulator-config.ts";
import { listOf, objectOf } from "./json-value.ts";
import { parseConfigText } from "./parse-config-text.ts";
import { readConfigFile } from "./read-config-file.ts";
import { resolveAccounts } from "./resolve-accounts.ts";
import { resolveClusters } from "./resolve-clusters.ts";
import type { Report } from "./resolve-policies.ts";

/** What a file declares. */
export interface Declarations {
  readonly accounts: readonly ConfiguredAccount[];
  readonly clusters: readonly ConfiguredCluster[];
}

const KEYS = ["accounts", "clusters"];
/** What a database begins with is run before its first session, and so it cannot come later. */
const BEGINNING_KEYS = ["databaseRoles", "sql", "sqlFiles"];

/**
 * Reads a file with `accounts` and `clusters` in the form of the configuration.
 *
 * @param known the accounts that there are; the first one is that of clusters which name none
 * @throws ConfigurationError with all problems at once
 */
export function readDeclarations(path: string, known: readonly AccountId[]): Declarations {
  const problems: ConfigurationProblem[] = [];
  const report: Report = (place, message) => problems.push({ path: place, message });
  const json = objectOf(readJson(path, problems));
  problems.push(
    ...checkAgainstSchema(json).map((one) => (one.path === "" ? { ...one, path } : one)),
  );
  for (const key of Object.keys(json).filter((name) => !KEYS.includes(name))) {
    report(key, "cannot be declared here; expected accounts or clusters");
  }
  for (const [index, cluster] of listOf(json["clusters"]).entries()) {
    for (const key of BEGINNING_KEYS.filter((name) => objectOf(cluster)[name] !== undefined)) {
      report(`clusters[${index}].${key}`, "cannot be declared here; use a hook with SQL");
    }
  }
  const directory = dirname(path);
  const isGiven = (key: string): boolean => json[key] !== undefined;
  const accounts = isGiven("accounts") ? resolveAccounts(json, directory, report).accounts : [];
  const clusters = isGiven("clusters") ? resolveClusters(json, known, directory, report) : [];
  for (const { accountId } of accounts.filter((one) => !known.includes(one.accountId))) {
    report("accounts", `has \`${accountId}\`, which the configuration does not have`);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { accounts, clusters };
}

function readJson(path: string, problems: ConfigurationProblem[]): unknown {
  const read = readConfigFile(path);
  if (read.kind !== "text") {
    problems.push(read.kind === "absent" ? { path, message: "does not exist" } : read.problem);
    return {};
  }
  const parsed = parseConfigText(read.text, path);
  if (parsed.kind === "malformed") {
    problems.push(...parsed.problems);
    return {};
  }
  return parsed.value;
}
