/** Reviews of a configuration file, or of a state that `/_emulator/state` told, without an emulator. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openAccounts } from "../accounts/index.ts";
import {
  ConfigurationError,
  type EmulatorConfig,
  loadConfig,
  makeDefaultUser,
} from "../config/index.ts";
import { type AccessMatrix, type DatabaseRoles, examine, isAccessMatrix } from "../review/index.ts";
import { MemoryNetworkDirectory } from "../stores/index.ts";
import { type CliIo, CliFailure, EXIT_CODE, type FileReviews } from "../cli/index.ts";
import { createReviews, type Reviews } from "./access.ts";
import { openClusters } from "./cluster-store.ts";
import { DSQL_OPERATION_NAMES } from "./coverage.ts";
import { declaredDatabaseRoles } from "./database-roles.ts";
import { builtInArn } from "./built-in-user.ts";

const SESSION_KEY_BYTES = 32;
/** In place of what a state does not tell. */
const UNTOLD_SECRET = "not-told";
const UNTOLD_SEED = "AAAAAAAAAAAAAAAA";

/**
 * Opens a file for the commands on access.
 *
 * @throws CliFailure when it is none that can be reviewed
 */
export async function openFileReviews(file: string, io: CliIo): Promise<FileReviews> {
  const path = resolve(io.workingDirectory, file);
  const text = readText(path);
  const saved = parseState(text);
  if (isAccessMatrix(saved)) return savedReviews(saved, file);
  let config: EmulatorConfig;
  try {
    config = loadForReview(path, text, io.workingDirectory);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new CliFailure(error.message, EXIT_CODE.usage);
    throw error;
  }
  const reviews = reviewConfiguration(config, config.clock.startAt ?? io.now());
  return {
    matrix: (question) => reviews.matrix(question),
    findings: async () =>
      examine({
        ...(await reviews.examined()),
        connections: [],
        knownActions: DSQL_OPERATION_NAMES,
      }),
  };
}

function savedReviews(matrix: AccessMatrix, file: string): FileReviews {
  return {
    matrix: async ({ filter }) => {
      if (Object.values(filter ?? {}).every((value) => value === undefined)) return matrix;
      throw new CliFailure(`${file} is a matrix that was printed; filters are for configurations`);
    },
    findings: async () => {
      throw new CliFailure(`${file} is a matrix that was printed; give a configuration`);
    },
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new CliFailure(`${path} cannot be read (${code}); give a file that is there`);
  }
}

/** Reads a configuration or a state; `text` is its content. */
export function loadForReview(
  file: string,
  text: string,
  workingDirectory: string,
): EmulatorConfig {
  const state = parseState(text);
  if (state === undefined) return load(file, workingDirectory);
  const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-review-"));
  try {
    const completed = join(directory, "state.json");
    writeFileSync(completed, JSON.stringify(state, fillIn));
    return load(completed, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Reviews what a configuration declares; mappings are those of `databaseRoles`. */
export function reviewConfiguration(config: EmulatorConfig, now: Date): Reviews {
  const clock = { now: () => now, schedule: () => () => undefined };
  const { defaultUser } = config;
  const configured = config.accounts.map((account) =>
    account.accountId === defaultUser?.accountId
      ? { ...account, users: [makeDefaultUser(UNTOLD_SECRET), ...account.users] }
      : account,
  );
  const { accounts, sessionTokens } = openAccounts({
    accounts: configured.map(({ membership, ...declared }) => ({ declared, membership })),
    dataDirectory: undefined,
    sessionKey: randomBytes(SESSION_KEY_BYTES),
    clock,
  });
  const store = openClusters({
    declared: config.clusters,
    aliases: config.aliases,
    dataDirectory: undefined,
    durations: {},
    quotas: {},
    clock,
    onEvent: () => undefined,
  });
  const rolesOf = ({ identifier }: { readonly identifier: string }): DatabaseRoles =>
    declaredDatabaseRoles(
      config.clusters.find((cluster) => cluster.identifier === identifier)?.databaseRoles ?? [],
    );
  return createReviews({
    config,
    accounts,
    sessionTokens,
    store,
    clock,
    networks: new MemoryNetworkDirectory(config.networks),
    databaseRoles: async (cluster) => rolesOf(cluster),
    builtInArn: builtInArn(config),
  });
}

function load(file: string, workingDirectory: string): EmulatorConfig {
  return loadConfig({ args: [`--config=${file}`], env: {}, workingDirectory });
}

/** A state is JSON; a configuration in JSON is read in the same way. */
function parseState(text: string): object | undefined {
  try {
    const json = JSON.parse(text) as unknown;
    return typeof json === "object" && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

function fillIn(key: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const items = value as readonly unknown[];
  if (key === "accessKeys")
    return items.map((item) => ({ secret: UNTOLD_SECRET, ...asObject(item) }));
  if (key === "mfaDevices") return items.map((item) => ({ seed: UNTOLD_SEED, ...asObject(item) }));
  return items;
}

function asObject(item: unknown): object {
  return typeof item === "object" && item !== null ? item : {};
}
