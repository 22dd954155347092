/** `POST /` and `GET /`: IAM and STS behind one endpoint, told apart by what the request is signed for. */
import { insideGate } from "../call-gate.ts";
import type { FastifyInstance, FastifyReply } from "fastify";
import { ApiError } from "../../api-error.ts";
import type { InternalErrorListener } from "../../error-handler.ts";
import { answerQuery, type QueryApiSources, type QueryReply } from "./answer-query.ts";
import { receiveRequest } from "../receive-request.ts";
import { renderError } from "./render-xml.ts";

const XML_TYPE = "text/xml";

/** Adds the routes to the server. */
export function addQueryApi(
  app: FastifyInstance,
  sources: QueryApiSources,
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
      return answerFailure(error, reply, sources, onInternalError);
    });
    scope.route({
      method: ["GET", "POST"],
      url: "/",
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const { httpStatus, requestId, xml } = await insideGate(sources.gate, () =>
          answerQuery(receiveRequest(request), sources),
        );
        return send(reply, sources, { httpStatus, requestId, xml });
      },
    });
  });
}

/**
 * Sends an answer. Its date is that of the emulator's clock: SDKs correct their own clock by it, so
 * that they go on working when the clock was moved.
 */
function send(reply: FastifyReply, { clock }: QueryApiSources, answer: QueryReply): FastifyReply {
  const { httpStatus, requestId, xml } = answer;
  return reply
    .code(httpStatus)
    .type(XML_TYPE)
    .headers({ "x-amzn-requestid": requestId, date: clock.now().toUTCString() })
    .send(xml);
}

/** What the framework refuses, and bugs, in the form of the Query services. */
function answerFailure(
  error: unknown,
  reply: FastifyReply,
  sources: QueryApiSources,
  onInternalError: InternalErrorListener,
): FastifyReply {
  const requestId = sources.requestIds.newRequestId();
  const xmlNamespace = sources.services[0]?.xmlNamespace ?? "";
  const isTooLarge =
    error instanceof Error && "code" in error && error.code === "FST_ERR_CTP_BODY_TOO_LARGE";
  const answer = isTooLarge
    ? { code: "RequestEntityTooLarge", message: "The request is too large.", httpStatus: 413 }
    : {
        code: "InternalFailure",
        message: "The request processing has failed because of an unknown error.",
        httpStatus: 500,
      };
  if (!isTooLarge) onInternalError(error);
  const { httpStatus } = answer;
  const xml = renderError({ xmlNamespace, requestId, ...answer });
  return send(reply, sources, { httpStatus, requestId, xml });
}
