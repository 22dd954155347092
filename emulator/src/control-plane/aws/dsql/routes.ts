/** `/cluster`, `/clusters`, `/stream` and `/tags`: the API of Aurora DSQL. */
import { insideGate } from "../call-gate.ts";
import type { FastifyInstance, FastifyReply } from "fastify";
import { ApiError } from "../../api-error.ts";
import type { InternalErrorListener } from "../../error-handler.ts";
import { answerDsql, type DsqlApiSources, type DsqlReply, errorReply } from "./answer-dsql.ts";
import { receiveRequest } from "../receive-request.ts";
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
          send(
            reply,
            sources,
            await insideGate(sources.gate, () => answerDsql(receiveRequest(request), sources)),
          ),
      });
    }
  });
}

function prefixes(): readonly string[] {
  const words = [...DSQL_OPERATIONS.values()].map(({ path }) => `/${path.split("/")[1] ?? ""}`);
  return [...new Set(words)];
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
