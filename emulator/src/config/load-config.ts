/** From command line, environment and file to the one configuration that the emulator runs with. */
import { dirname, resolve } from "node:path";
import { checkAgainstSchema } from "./check-against-schema.ts";
import { ConfigurationError, type ConfigurationProblem } from "./configuration-error.ts";
import {
  DEFAULT_CONFIG_FILE,
  DEFAULT_HOOK_TIMEOUT_SECONDS,
  DEFAULT_LIMITS,
  DEFAULT_REGION,
} from "./defaults.ts";
import type {
  ConfiguredClock,
  ConfiguredHooks,
  ConfiguredLimits,
  EmulatorConfig,
  OwnCertificate,
} from "./emulator-config.ts";
import { deepFreeze, type JsonObject, objectOf, textOf } from "./json-value.ts";
import { parseConfigText } from "./parse-config-text.ts";
import { isRegularFile, readConfigFile } from "./read-config-file.ts";
import { resolveAccounts } from "./resolve-accounts.ts";
import { resolveAliases, resolveClusters } from "./resolve-clusters.ts";
import { resolveNetworks } from "./resolve-networks.ts";
import type { Report } from "./resolve-policies.ts";
import { parseStartOptions, type StartOptionValues } from "./start-options.ts";

/** Where the configuration comes from. */
export interface ConfigSources {
  /** Arguments behind `start`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Base of relative paths of options and environment; absolute. */
  readonly workingDirectory: string;
}

/** The file's content; the schema has been checked, and what it found is among the problems. */
interface ConfigFile {
  /** Absolute path; `undefined` if no file was named and the default one does not exist. */
  readonly path: string | undefined;
  readonly json: JsonObject;
}

/**
 * Reads and checks everything. An option wins over the environment, that over the file, that over the
 * default. The result is frozen, with everything in it.
 *
 * @throws ConfigurationError with all problems at once
 */
export function loadConfig({ args, env, workingDirectory }: ConfigSources): EmulatorConfig {
  const { values, problems: optionProblems } = parseStartOptions(args, env);
  const problems: ConfigurationProblem[] = [...optionProblems];
  const report: Report = (path, message) => problems.push({ path, message });
  const file = readFile(values.config, workingDirectory, problems);
  const config = resolveConfig(values, file, workingDirectory, report);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return deepFreeze(config);
}

function readFile(
  named: string | undefined,
  workingDirectory: string,
  problems: ConfigurationProblem[],
): ConfigFile {
  const path = resolve(workingDirectory, named ?? DEFAULT_CONFIG_FILE);
  const read = readConfigFile(path);
  if (read.kind === "absent" && named === undefined) return { path: undefined, json: {} };
  if (read.kind !== "text") {
    problems.push(read.kind === "absent" ? { path, message: "does not exist" } : read.problem);
    return { path, json: {} };
  }
  const parsed = parseConfigText(read.text, path);
  if (parsed.kind === "malformed") {
    problems.push(...parsed.problems);
    return { path, json: {} };
  }
  // A file with nothing but comments says nothing, which is allowed.
  const value = parsed.value ?? {};
  const found = checkAgainstSchema(value);
  problems.push(...found.map((problem) => (problem.path === "" ? { ...problem, path } : problem)));
  return { path, json: objectOf(value) };
}

function resolveConfig(
  values: StartOptionValues,
  file: ConfigFile,
  workingDirectory: string,
  report: Report,
): EmulatorConfig {
  const { json } = file;
  // The schema's check has reported what has another type, and then nobody sees the result.
  const merged = { ...(json as Partial<EmulatorConfig>), ...values };
  const absolute = (
    key: "dataDir" | "readyFile" | "hooksDirectory" | "caFile",
  ): string | undefined =>
    values[key] === undefined ? fromFile(file, json[key]) : resolve(workingDirectory, values[key]);
  const directory = file.path === undefined ? workingDirectory : dirname(file.path);
  const { accounts, defaultUser } = resolveAccounts(json, directory, report);
  const accountIds = accounts.map(({ accountId }) => accountId);
  const clusters = resolveClusters(json, accountIds, directory, report);
  const config: EmulatorConfig = {
    configFile: file.path,
    host: merged.host ?? "127.0.0.1",
    pgPort: merged.pgPort ?? 5432,
    httpPort: merged.httpPort ?? 9432,
    dataDirectory: absolute("dataDir"),
    enforce: merged.enforce ?? "strict",
    explainErrors: merged.explainErrors ?? false,
    logFormat: merged.logFormat ?? "pretty",
    readyFile: absolute("readyFile"),
    caFile: absolute("caFile"),
    eventsFile: fromFile(file, json["eventsFile"]),
    tls: resolveCertificate(file, report),
    cancelRequests: merged.cancelRequests ?? "ignore",
    announceSessionExpiry: json["announceSessionExpiry"] === true,
    refuseRepeatedGrants: json["refuseRepeatedGrants"] === true,
    hooks: {
      ...resolveHooks(json["hooks"]),
      directory: absolute("hooksDirectory"),
    },
    clock: resolveClock(json["clock"], report),
    clusterLifecycle: objectOf(json["clusterLifecycle"]),
    accounts,
    defaultUser,
    defaultRegion: clusters[0]?.region ?? DEFAULT_REGION,
    clusters,
    aliases: resolveAliases(json["aliases"], clusters, report),
    networks: resolveNetworks(json["networks"], report),
    limits: { ...DEFAULT_LIMITS, ...(objectOf(json["limits"]) as Partial<ConfiguredLimits>) },
  };
  if (config.pgPort === config.httpPort && config.pgPort !== 0) {
    report("httpPort", `is ${config.httpPort}, which is also pgPort; expected two ports`);
  }
  return config;
}

function resolveHooks(json: unknown): Omit<ConfiguredHooks, "directory"> {
  const { onFailure, timeoutSeconds } = objectOf(json);
  const seconds =
    typeof timeoutSeconds === "number" ? timeoutSeconds : DEFAULT_HOOK_TIMEOUT_SECONDS;
  return { onFailure: onFailure === "continue" ? "continue" : "fail", timeoutMs: seconds * 1000 };
}

function resolveClock(json: unknown, report: Report): ConfiguredClock {
  const { startAt, frozen } = objectOf(json);
  const moment = typeof startAt === "string" ? new Date(startAt) : undefined;
  if (moment !== undefined && Number.isNaN(moment.getTime())) {
    report("clock.startAt", "is no moment that there is");
  }
  return { startAt: moment, isFrozen: frozen === true };
}

/** Paths in the file are relative to the file's directory. */
function fromFile(file: ConfigFile, value: unknown): string | undefined {
  const path = textOf(value);
  if (path === undefined || file.path === undefined) return undefined;
  return resolve(dirname(file.path), path);
}

function resolveCertificate(file: ConfigFile, report: Report): OwnCertificate | undefined {
  const tls = objectOf(file.json["tls"]);
  const certificateFile = fromFile(file, tls["certificateFile"]);
  const keyFile = fromFile(file, tls["keyFile"]);
  if (certificateFile !== undefined) requireFile("tls.certificateFile", certificateFile, report);
  if (keyFile !== undefined) requireFile("tls.keyFile", keyFile, report);
  return certificateFile === undefined || keyFile === undefined
    ? undefined
    : { certificateFile, keyFile };
}

function requireFile(path: string, file: string, report: Report): void {
  if (!isRegularFile(file)) report(path, `is \`${file}\`; expected an existing file`);
}
