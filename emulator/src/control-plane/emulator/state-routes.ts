/** The paths of snapshots, resets, exports and imports. */
import type { FastifyInstance } from "fastify";
import { ApiError } from "../api-error.ts";
import { resetState } from "./reset.ts";
import { listSnapshots, removeSnapshot, saveSnapshot } from "./snapshots.ts";
import { answered } from "./state-answers.ts";
import type { EmulatorStates } from "./state-ports.ts";

/** Largest file that is imported, in bytes. Our choice; the largest text that Node can hold is not much more. */
const MAX_IMPORT_BYTES = 512 * 1024 * 1024;

/** Adds the routes to the server. */
export function addStatesApi(app: FastifyInstance, states: EmulatorStates): void {
  app.get("/_emulator/snapshots", async () => listSnapshots(states));
  app.post("/_emulator/snapshots", async ({ body }, reply) =>
    reply.code(201).send(await saveSnapshot(states, body)),
  );
  app.delete<{ Params: { name: string } }>(
    "/_emulator/snapshots/:name",
    async ({ params }, reply) => {
      await removeSnapshot(states, params.name);
      return reply.code(204).send();
    },
  );
  app.post("/_emulator/reset", async ({ body }) => resetState(states, body));
  app.get("/_emulator/state/export", async (_request, reply) => {
    const text = await answered(states.exportState());
    return reply
      .header("content-disposition", 'attachment; filename="dsql-emulator-state.json"')
      .type("application/json")
      .send(text);
  });
  app.post("/_emulator/state/import", { bodyLimit: MAX_IMPORT_BYTES }, async ({ body, query }) =>
    answered(states.importState(body, { clock: readClock(query) })),
  );
}

function readClock(query: unknown): boolean {
  const { clock = "false" } = (query ?? {}) as { readonly clock?: unknown };
  if (clock === "true" || clock === "false") return clock === "true";
  throw new ApiError(400, "invalid_request", "clock is neither true nor false");
}
