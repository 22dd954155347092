/** `query`, `close`, `break` and `closed`: what happens on connections that are open. */
import { type JsonObject, listOf, objectOf, textOf } from "../format/json-value.ts";
import { mismatch, shown } from "../format/match-value.ts";
import { decisionOfProcess } from "../run/explain-connection.ts";
import type { OpenConnection } from "../run/open-connection.ts";
import { StepError } from "../run/step-outcome.ts";
import { save, type World } from "../run/world.ts";

/** Longest wait for an end that is due already. */
const END_TIMEOUT_MS = 5000;

/** Runs SQL and compares. @throws StepError */
export async function queryStep(world: World, value: unknown): Promise<void> {
  const input = objectOf(value);
  const connection = connectionOf(world, input["on"]);
  const parameters = input["parameters"] === undefined ? undefined : listOf(input["parameters"]);
  const result = await connection.query(sqlOf(input), parameters);
  const { error: expectedError, ...expected } = objectOf(input["expect"]);
  if (result.kind === "rows") {
    const difference = expectedError === undefined ? mismatch(expected, result) : "no error";
    if (difference !== undefined) {
      const wanted =
        expectedError === undefined ? shown(expected) : `the error ${shown(expectedError)}`;
      await fail(world, connection, wanted, `${shown(result)}: ${difference}`);
    }
    save(world, input["save"], result);
    return;
  }
  const seen = result.kind === "error" ? result.error : { message: result.reason };
  const difference = expectedError === undefined ? "" : mismatch(expectedError, seen);
  if (difference === undefined) return;
  const wanted = expectedError === undefined ? "no error" : `the error ${shown(expectedError)}`;
  await fail(
    world,
    connection,
    wanted,
    `the error ${shown(seen)}${difference === "" ? "" : `: ${difference}`}`,
  );
}

function sqlOf({ sql, padding }: JsonObject): string {
  return padding === undefined ? String(sql) : `${String(sql)} --${"x".repeat(Number(padding))}`;
}

/** Ends a connection politely. @throws StepError */
export async function closeStep(world: World, value: unknown): Promise<void> {
  await connectionOf(world, objectOf(value)["on"]).close();
  world.connections.delete(nameOf(objectOf(value)["on"]));
}

/** Breaks a connection. @throws StepError */
export async function breakStep(world: World, value: unknown): Promise<void> {
  await connectionOf(world, objectOf(value)["on"]).break();
  world.connections.delete(nameOf(objectOf(value)["on"]));
}

/** Expects that the server has ended a connection. @throws StepError */
export async function closedStep(world: World, value: unknown): Promise<void> {
  const input = objectOf(value);
  const connection = connectionOf(world, input["on"]);
  const expected = input["expect"];
  const { isEnded, error } = await connection.ending(END_TIMEOUT_MS);
  const wanted = `the connection to be ended by the server, ${expected === undefined ? "in any way" : shown(expected)}`;
  if (!isEnded) throw new StepError(wanted, "a connection that is still open");
  const difference =
    expected === "silent"
      ? error === undefined
        ? undefined
        : "an error"
      : mismatch(expected ?? {}, error ?? {});
  if (difference !== undefined) {
    await fail(world, connection, wanted, `ended with ${shown(error)}: ${difference}`);
  }
  world.connections.delete(nameOf(input["on"]));
}

function nameOf(on: unknown): string {
  return textOf(on) ?? "default";
}

function connectionOf(world: World, on: unknown): OpenConnection {
  const found = world.connections.get(nameOf(on));
  if (found !== undefined) return found;
  const names = [...world.connections.keys()].join(", ") || "none";
  throw new StepError(`a connection \`${nameOf(on)}\``, `open connections: ${names}`);
}

async function fail(
  world: World,
  connection: OpenConnection,
  expected: string,
  seen: string,
): Promise<never> {
  const decision = await decisionOfProcess(world, connection.processId);
  throw new StepError(expected, seen, decision?.explanation);
}
