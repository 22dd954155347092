/** `connect`: opens a connection, and what must come of it. */
import { makeToken, tamper, type TokenContents } from "../aws/make-token.ts";
import { isObject, type JsonObject, objectOf, scalarText, textOf } from "../format/json-value.ts";
import { mismatch, shown } from "../format/match-value.ts";
import { parseDuration, parseMoment } from "../../shared/index.ts";
import { reachableAddress } from "../../cli/index.ts";
import type { Credentials } from "../run/config-facts.ts";
import { decisionOf, decisionOfProcess, sessionIdOf } from "../run/explain-connection.ts";
import {
  type ConnectionRequest,
  OpenConnection,
  type ServerError,
} from "../run/open-connection.ts";
import { StepError } from "../run/step-outcome.ts";
import { credentialsOf, emulatorNow, type World } from "../run/world.ts";

const DEFAULT_LIFETIME_SECONDS = 900;
const WRONG_SECRET = "fake-secret-of-nobody";

/** Connects and compares. @throws StepError */
export async function connectStep(world: World, value: unknown): Promise<void> {
  const input = objectOf(value);
  const name = textOf(input["name"]) ?? "default";
  const expected = input["expect"] ?? "admitted";
  await world.connections.get(name)?.close();
  world.connections.delete(name);
  const result = await OpenConnection.open(await requestOf(world, input));
  const wanted = `the connection to be ${expectedText(expected)}`;
  if (result.kind === "admitted") {
    world.connections.set(name, result.connection);
    if (expected === "admitted") return;
    const decision = await decisionOfProcess(world, result.connection.processId);
    throw new StepError(wanted, "admitted", decision?.explanation);
  }
  if (result.kind === "dropped") {
    if (expected === "dropped") return;
    throw new StepError(wanted, `dropped without an answer (${result.reason})`);
  }
  await compareRefusal(world, result.error, expected, wanted);
}

async function compareRefusal(
  world: World,
  error: ServerError,
  expected: unknown,
  wanted: string,
): Promise<void> {
  if (expected === "refused") return;
  const sessionId = sessionIdOf(error.detail);
  const decision = sessionId === undefined ? undefined : await decisionOf(world, sessionId);
  const seen = { code: decision?.code, ...error };
  const fields = isObject(expected) ? expected["refused"] : undefined;
  const difference = fields === undefined ? "" : mismatch(fields, seen);
  if (difference === undefined) return;
  const reason = difference === "" ? "" : `: ${difference}`;
  throw new StepError(wanted, `refused with ${shown(seen)}${reason}`, decision?.explanation);
}

function expectedText(expected: unknown): string {
  return isObject(expected) ? `refused with ${shown(expected["refused"])}` : String(expected);
}

async function requestOf(world: World, input: JsonObject): Promise<ConnectionRequest> {
  const { emulator, caCertificate } = world;
  const cluster = clusterOf(world, textOf(input["cluster"]));
  const user = textOf(input["role"]) ?? "admin";
  const serverName = textOf(input["serverName"]);
  const tls = input["tls"] ?? "on";
  // A name of the scenario's own making need not have a right certificate.
  const isChecked = tls === "on" && serverName === undefined && cluster.isDeclared;
  return {
    host: reachableAddress(emulator.postgres.host),
    port: emulator.postgres.port,
    user,
    database: textOf(input["database"]) ?? "postgres",
    password: await passwordOf(world, objectOf(input["token"]), { cluster, user, as: input["as"] }),
    options: textOf(input["options"]),
    applicationName: textOf(input["applicationName"]),
    tls:
      tls === "off"
        ? { kind: "off" }
        : {
            kind: "on",
            serverName: tls === "no-sni" ? undefined : (serverName ?? cluster.endpoint),
            ca: isChecked && caCertificate !== "" ? caCertificate : undefined,
          },
  };
}

interface ClusterFacts {
  /** Whether it was there at the start. */
  readonly isDeclared: boolean;
  readonly endpoint: string;
  readonly region: string;
}

/** Clusters that the API made, or that are gone, are known by their identifier; their region is the emulator's. */
function clusterOf({ emulator }: World, identifier: string | undefined): ClusterFacts {
  const found = emulator.clusters.find(
    (cluster) => identifier === undefined || cluster.identifier === identifier,
  );
  if (found !== undefined) return { ...found, isDeclared: true };
  const { region } = emulator;
  return {
    isDeclared: false,
    endpoint: `${identifier ?? "nocluster"}.dsql.${region}.on.aws`,
    region,
  };
}

async function passwordOf(
  world: World,
  token: JsonObject,
  {
    cluster,
    user,
    as,
  }: { readonly cluster: ClusterFacts; readonly user: string; readonly as: unknown },
): Promise<string> {
  const given = textOf(token["text"]);
  if (given !== undefined) return given;
  const contents: TokenContents = {
    host: textOf(token["host"]) ?? cluster.endpoint,
    region: textOf(token["region"]) ?? cluster.region,
    service: textOf(token["service"]) ?? "dsql",
    action: textOf(token["action"]) ?? (user === "admin" ? "DbConnectAdmin" : "DbConnect"),
    credentials: signerOf(credentialsOf(world, as), token),
    expiresIn: scalarText(token["expiresIn"] ?? DEFAULT_LIFETIME_SECONDS),
    signedAt: signedAt(await emulatorNow(world), textOf(token["signedAt"])),
    scopeDate: textOf(token["scopeDate"]),
  };
  const made = tamper(await makeToken(contents), token["tamper"]);
  const name = textOf(token["save"]);
  if (name !== undefined) world.variables[name] = made;
  return made;
}

function signerOf(credentials: Credentials, token: JsonObject): Credentials {
  const secret = textOf(token["secret"]);
  const sessionToken =
    token["sessionToken"] === undefined ? credentials.sessionToken : textOf(token["sessionToken"]);
  return {
    accessKeyId: textOf(token["accessKeyId"]) ?? credentials.accessKeyId,
    secretAccessKey: secret === "wrong" ? WRONG_SECRET : (secret ?? credentials.secretAccessKey),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

function signedAt(now: Date, given: string | undefined): Date {
  if (given === undefined) return now;
  const offsetMs = parseDuration(given);
  const moment = offsetMs === undefined ? parseMoment(given) : new Date(now.getTime() + offsetMs);
  if (moment !== undefined) return moment;
  throw new StepError("a moment or a duration of ISO 8601 as `signedAt`", `\`${given}\``);
}
