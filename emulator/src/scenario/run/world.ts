/** All that the steps of one scenario share. */
import type { Scenario } from "../format/scenario.ts";
import { isObject, type JsonObject, textOf, valueAt } from "../format/json-value.ts";
import { substitute } from "../format/substitute.ts";
import {
  builtInVariables,
  type Credentials,
  declaredCredentials,
  readConfig,
} from "./config-facts.ts";
import { askEmulator } from "./emulator-api.ts";
import type { EmulatorHandle } from "./emulator-handle.ts";
import type { OpenConnection } from "./open-connection.ts";
import { StepError } from "./step-outcome.ts";

/** The emulator, the variables and the connections of one run. */
export interface World {
  readonly emulator: EmulatorHandle;
  /** PEM; empty if the emulator has no authority of its own. */
  readonly caCertificate: string;
  /** Variables; steps add what they save. */
  readonly variables: Record<string, unknown>;
  readonly connections: Map<string, OpenConnection>;
  /** By user and access key id. */
  readonly declared: ReadonlyMap<string, Credentials>;
}

/** Prepares the run of a scenario on an emulator. */
export async function makeWorld(
  scenario: Scenario,
  emulator: EmulatorHandle,
  config: Scenario["config"],
): Promise<World> {
  const ca = await fetch(`${emulator.http.url}/_emulator/ca.pem`);
  const variables: Record<string, unknown> = {
    account: emulator.accountId,
    region: emulator.region,
    clusters: emulator.clusters,
  };
  if (emulator.clusters[0] !== undefined) variables["cluster"] = emulator.clusters[0];
  return {
    emulator,
    caCertificate: ca.ok ? await ca.text() : "",
    variables: withOwn(variables, scenario.variables),
    connections: new Map(),
    declared: declaredCredentials(readConfig(config)),
  };
}

/** The configuration with its variables filled in. @throws UnknownVariable */
export function configOf({ config, variables }: Scenario): Scenario["config"] {
  if (!isObject(config)) return config;
  return substitute(config, withOwn(builtInVariables(config), variables)) as JsonObject;
}

/** The scenario's variables may use those before them. */
function withOwn(builtIn: JsonObject, own: JsonObject): Record<string, unknown> {
  const all: Record<string, unknown> = { ...builtIn };
  for (const [name, value] of Object.entries(own)) all[name] = substitute(value, all);
  return all;
}

/** The emulator's time. */
export async function emulatorNow({ emulator }: World): Promise<Date> {
  const { body } = await askEmulator(emulator, "GET", "/_emulator/clock");
  return new Date(String(valueAt(body, "now")));
}

/** The credentials that `as` of a step means. @throws StepError */
export function credentialsOf(world: World, as: unknown = "admin"): Credentials {
  if (as === "admin") return world.emulator.credentials;
  const saved = typeof as === "string" ? valueAt(world.variables, as) : as;
  const found =
    readCredentials(saved) ?? (typeof as === "string" ? world.declared.get(as) : undefined);
  if (found !== undefined) return found;
  const names = ["admin", ...world.declared.keys()].join(", ");
  throw new StepError(
    "a principal with credentials",
    typeof as === "string"
      ? `nothing is known of \`${as}\`; the configuration has ${names}`
      : "a value without AccessKeyId and SecretAccessKey",
  );
}

/** Saves parts of an answer as variables. @throws StepError when a part is not there */
export function save(world: World, wanted: unknown, answer: unknown): void {
  if (!isObject(wanted)) return;
  for (const [name, path] of Object.entries(wanted)) {
    const value = path === "." ? answer : valueAt(answer, String(path));
    if (value === undefined) {
      throw new StepError(`\`${String(path)}\` in the answer`, "an answer without it");
    }
    world.variables[name] = value;
  }
}

function readCredentials(value: unknown): Credentials | undefined {
  const accessKeyId = textOf(valueAt(value, "AccessKeyId"));
  const secretAccessKey = textOf(valueAt(value, "SecretAccessKey"));
  const sessionToken = textOf(valueAt(value, "SessionToken"));
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
