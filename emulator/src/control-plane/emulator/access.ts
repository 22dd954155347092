/** `/_emulator/access`: who can connect to which cluster as which database role. */
import type { FastifyInstance } from "fastify";
import type { AccessMatrix, Circumstances, MatrixQuestion } from "../../review/index.ts";
import { parseMoment } from "../../shared/index.ts";
import { ApiError } from "../api-error.ts";
import type { AccessReviews } from "../ports.ts";

const NAMES = ["principal", "cluster", "role", "sourceIp", "mfa", "at", "applicationName"];
const ADDRESS = /^[0-9A-Fa-f:.]{2,45}$/;

/** Adds the route. */
export function addAccessApi(app: FastifyInstance, reviews: AccessReviews): void {
  app.get("/_emulator/access", async ({ query }): Promise<AccessMatrix> =>
    reviews.matrix(readMatrixQuestion(query)),
  );
}

/**
 * What the query asks.
 *
 * @throws ApiError when it is not understood
 */
export function readMatrixQuestion(query: unknown): MatrixQuestion {
  const given = (query ?? {}) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw invalid(`${unknown} is none of ${NAMES.join(", ")}`);
  return {
    circumstances: readCircumstances(given),
    filter: {
      principal: readText(given, "principal"),
      cluster: readText(given, "cluster"),
      databaseRole: readText(given, "role"),
    },
  };
}

function readCircumstances(given: Readonly<Record<string, unknown>>): Circumstances {
  const sourceIp = readText(given, "sourceIp");
  if (sourceIp !== undefined && !ADDRESS.test(sourceIp)) {
    throw invalid("sourceIp is no IPv4 or IPv6 address");
  }
  const mfa = readText(given, "mfa");
  if (mfa !== undefined && mfa !== "true" && mfa !== "false") {
    throw invalid("mfa is neither true nor false");
  }
  const at = readText(given, "at");
  const moment = at === undefined ? undefined : parseMoment(at);
  if (at !== undefined && moment === undefined) {
    throw invalid("at is no moment such as 2026-01-15T12:00:00Z");
  }
  return {
    sourceIp,
    hasMfa: mfa === undefined ? undefined : mfa === "true",
    at: moment,
    applicationName: readText(given, "applicationName"),
  };
}

function readText(given: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw invalid(`${name} is no text, or is given twice`);
}

function invalid(message: string): ApiError {
  return new ApiError(400, "invalid_request", message);
}
