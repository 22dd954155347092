/** `/cluster`, `/clusters`, `/stream` and `/tags`: the API of Aurora DSQL. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RequestHeader } from "../../../sigv4/index.ts";
import { ApiError } from "../../api-error.ts";
import type { InternalErrorListener } from "../../error-handler.ts";
import {
  answerDsql,
  type DsqlApiSources,
  type DsqlReply,
  type DsqlRequest,
  errorReply,
} from "./answer-dsql.ts";
import { DsqlError, internalError } from "./dsql-error.ts";
import { DSQL_OPERATIONS } from "./dsql-service.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Adds the routes to the server: all methods and paths below the first words of the operations' paths. */
export function addDsqlApi(
  app: FastifyInstance,
  sources: DsqlApiSources,
  onInternalError: InternalErrorListener,
): void {
  void app.register(async (scope) => {
    // INVARIANT: the body stays as it was received, since its hash is what the signature covers.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
      done(null, body);
    });
    scope.setErrorHandler((error, _request, reply) => {
      if (error instanceof ApiError) throw error;
      const answer = errorReply(errorOf(error, onInternalError), sources.requestIds.newRequestId());
      return send(reply, sources, answer);
    });
    for (const url of prefixes().flatMap((prefix) => [prefix, `${prefix}/*`])) {
      scope.route({
        method: METHODS,
        url,
        exposeHeadRoute: false,
        handler: async (request, reply) =>
          send(reply, sources, await answerDsql(received(request), sources)),
      });
    }
  });
}

function prefixes(): readonly string[] {
  const words = [...DSQL_OPERATIONS.values()].map(({ path }) => `/${path.split("/")[1] ?? ""}`);
  return [...new Set(words)];
}

function received(request: FastifyRequest): DsqlRequest {
  const { method, raw, ip, headers, body } = request;
  const [rawPath = "", ...query] = (raw.url ?? "").split("?");
  return {
    method,
    rawPath,
    rawQuery: query.join("?"),
    headers: pairs(raw.rawHeaders),
    body: body instanceof Uint8Array ? body : new Uint8Array(),
    sourceIp: ip,
    userAgent: headers["user-agent"],
  };
}

/** Names and values by turns, as Node gives them. */
function pairs(rawHeaders: readonly string[]): readonly RequestHeader[] {
  return rawHeaders.flatMap((name, index): readonly RequestHeader[] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
}

/**
 * Sends an answer. Its date is that of the emulator's clock: SDKs correct their own clock by it, so
 * that they go on working when the clock was moved.
 */
function send(reply: FastifyReply, { clock }: DsqlApiSources, answer: DsqlReply): FastifyReply {
  const { httpStatus, requestId, errorType, retryAfterSeconds, json } = answer;
  void reply
    .code(httpStatus)
    .type("application/json")
    .headers({ "x-amzn-requestid": requestId, date: clock.now().toUTCString() });
  if (errorType !== undefined) void reply.header("x-amzn-errortype", errorType);
  if (retryAfterSeconds !== undefined) void reply.header("retry-after", String(retryAfterSeconds));
  // As bytes: to a text the framework adds a character set, which the protocol does not have.
  return reply.send(Buffer.from(JSON.stringify(json)));
}

/** What the framework refuses, and bugs, in the form of the service. */
function errorOf(error: unknown, onInternalError: InternalErrorListener): DsqlError {
  const isTooLarge =
    error instanceof Error && "code" in error && error.code === "FST_ERR_CTP_BODY_TOO_LARGE";
  if (isTooLarge) {
    return new DsqlError("RequestEntityTooLargeException", 413, "The request is too large.");
  }
  onInternalError(error);
  return internalError();
}
