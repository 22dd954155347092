/** The emulator's own API, below `/_emulator/`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "../api-error.ts";
import type {
  AccessReviews,
  CaCertificateSource,
  CoverageReports,
  EventRecords,
  FaultRules,
  NeededRecords,
  StateSource,
} from "../ports.ts";
import { addAccessApi } from "./access.ts";
import { changeClock, clockBody } from "./clock.ts";
import { endConnection, findConnection, listConnections } from "./connections.ts";
import { addCoverageApi } from "./coverage.ts";
import { addDoctorApi } from "./doctor.ts";
import { listEvents } from "./events.ts";
import { addFault, listFaults, removeFault } from "./faults.ts";
import { type HealthSources, healthBody } from "./health.ts";
import { neededBody } from "./needed.ts";
import { stateBody } from "./state.ts";
import type { EmulatorStates } from "./state-ports.ts";
import { addStatesApi } from "./state-routes.ts";

/** What the API is served from. */
export interface EmulatorApiSources extends HealthSources {
  readonly ca: CaCertificateSource;
  readonly state: StateSource;
  /** Without them, the paths of faults are not there. */
  readonly faults?: FaultRules;
  /** Without them, the path of events is not there. */
  readonly events?: EventRecords;
  /** Without it, the paths of snapshots, resets and imports are not there. */
  readonly states?: EmulatorStates;
  /** Without it, the path of what is needed is not there. */
  readonly needed?: NeededRecords;
  /** Without them, the paths of access and of findings are not there. */
  readonly reviews?: AccessReviews;
  /** Without it, the path of coverage is not there. */
  readonly coverage?: CoverageReports;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** Path to handler of `GET`, and so of `HEAD`. */
function readers(sources: EmulatorApiSources): Readonly<Record<string, Handler>> {
  return {
    "/_emulator/health": () => healthBody(sources),
    "/_emulator/ready": (_request, reply) => {
      const isReady = sources.readiness.isReady();
      return reply.code(isReady ? 200 : 503).send({ ready: isReady });
    },
    "/_emulator/ca.pem": (_request, reply) => {
      const pem = sources.ca.caCertificate();
      if (pem !== undefined) return reply.type("application/x-pem-file").send(pem);
      throw new ApiError(
        404,
        "not_found",
        "the emulator has no certificate authority, it serves your own certificate; trust its issuer",
      );
    },
    "/_emulator/clock": () => clockBody(sources.clock.state()),
    "/_emulator/state": ({ query }) => stateBody(sources.state, query),
    "/_emulator/connections": ({ query }) => listConnections(sources.connections, query),
    "/_emulator/connections/:sessionId": ({ params }) =>
      findConnection(sources.connections, sessionIdOf(params)),
  };
}

function sessionIdOf(params: unknown): unknown {
  return (params as { readonly sessionId?: unknown }).sessionId;
}

function addFaultsApi(app: FastifyInstance, faults: FaultRules): void {
  app.get("/_emulator/faults", async () => listFaults(faults));
  app.post("/_emulator/faults", async ({ body }, reply) =>
    reply.code(201).send(addFault(faults, body)),
  );
  app.delete("/_emulator/faults", async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  app.delete<{ Params: { id: string } }>("/_emulator/faults/:id", async ({ params }, reply) => {
    removeFault(faults, params.id);
    return reply.code(204).send();
  });
}

function addNeededApi(app: FastifyInstance, needed: NeededRecords): void {
  app.get("/_emulator/needed", async ({ query }) => neededBody(needed, query));
  app.delete("/_emulator/needed", async (_request, reply) => {
    needed.clear();
    return reply.code(204).send();
  });
}

/** Adds the routes to the server. */
export function addEmulatorApi(app: FastifyInstance, sources: EmulatorApiSources): void {
  const { events } = sources;
  if (events !== undefined) {
    app.get("/_emulator/events", async ({ query }) => listEvents(events, query));
  }
  if (sources.reviews !== undefined) {
    addAccessApi(app, sources.reviews);
    addDoctorApi(app, sources.reviews);
  }
  if (sources.coverage !== undefined) addCoverageApi(app, sources.coverage);
  if (sources.needed !== undefined) addNeededApi(app, sources.needed);
  if (sources.faults !== undefined) addFaultsApi(app, sources.faults);
  if (sources.states !== undefined) addStatesApi(app, sources.states);
  for (const [url, handler] of Object.entries(readers(sources))) {
    app.get(url, async (request, reply) => handler(request, reply));
  }
  app.post("/_emulator/clock", async ({ body }) => changeClock(sources.clock, body));
  app.delete("/_emulator/connections/:sessionId", async ({ params }, reply) => {
    await endConnection(sources.connections, sessionIdOf(params));
    return reply.code(204).send();
  });
}
