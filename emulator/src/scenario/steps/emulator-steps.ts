/** `clock`, `fault`, `event`, `state` and `http`: the emulator's own API. */
import { listOf, objectOf, scalarText, textOf, valueAt } from "../format/json-value.ts";
import { mismatch, shown } from "../format/match-value.ts";
import { askEmulator, type ApiAnswer } from "../run/emulator-api.ts";
import { StepError } from "../run/step-outcome.ts";
import { save, type World } from "../run/world.ts";

/** Moves the clock. @throws StepError */
export async function clockStep(world: World, value: unknown): Promise<void> {
  await must(world, "POST", "/_emulator/clock", value);
}

/** Adds a fault rule, or clears all. @throws StepError */
export async function faultStep(world: World, value: unknown): Promise<void> {
  if (value === "clear") await must(world, "DELETE", "/_emulator/faults");
  else await must(world, "POST", "/_emulator/faults", value);
}

/** Looks for events. @throws StepError */
export async function eventStep(world: World, value: unknown): Promise<void> {
  const input = objectOf(value);
  const eventName = textOf(input["eventName"]);
  const filter = eventName === undefined ? "" : `&eventName=${encodeURIComponent(eventName)}`;
  const { body } = await must(world, "GET", `/_emulator/events?limit=1000${filter}`);
  const events = listOf(valueAt(body, "events"));
  const found = events.filter((event) => mismatch(input["expect"], event) === undefined);
  const { count } = input;
  const isRight = count === undefined ? found.length > 0 : found.length === count;
  if (!isRight) {
    const number = count === undefined ? "at least one event" : `${scalarText(count)} events`;
    const nearest =
      events.length === 0 ? "" : `; the newest of ${events.length} is ${shown(events[0])}`;
    throw new StepError(
      `${number} with ${shown(input["expect"])}`,
      `${found.length} of them${nearest}`,
    );
  }
  save(world, input["save"], found[0]);
}

/** Compares the state, in the configuration's form. @throws StepError */
export async function stateStep(world: World, value: unknown): Promise<void> {
  const input = objectOf(value);
  const { body } = await must(world, "GET", "/_emulator/state");
  const difference = mismatch(input["expect"] ?? {}, body);
  if (difference !== undefined)
    throw new StepError(`a state with ${shown(input["expect"])}`, difference);
  save(world, input["save"], body);
}

/** Any call of the HTTP port. @throws StepError */
export async function httpStep(world: World, value: unknown): Promise<void> {
  const input = objectOf(value);
  const method = textOf(input["method"]) ?? "GET";
  const answer = await askEmulator(world.emulator, method, String(input["path"]), input["body"]);
  const expected = objectOf(input["expect"]);
  const isRefused = expected["status"] === undefined && answer.status >= 400;
  const difference = isRefused ? `status is ${answer.status}` : mismatch(expected, answer);
  if (difference !== undefined) {
    throw new StepError(shown(expected), `${shown(answer)}: ${difference}`);
  }
  save(world, input["save"], answer.body);
}

async function must(
  world: World,
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const answer = await askEmulator(world.emulator, method, path, body);
  if (answer.status < 400) return answer;
  throw new StepError(
    `${method} ${path} to be done`,
    `status ${answer.status}, ${shown(answer.body)}`,
  );
}
