/** The HTTP server of the emulator's APIs, without listening: options in, server out. */
import Fastify, { type FastifyInstance } from "fastify";
import type { AllowedHostOptions } from "./allowed-host.ts";
import { watchAllowedMethods } from "./allowed-methods.ts";
import { ApiError } from "./api-error.ts";
import { addAwsApi, type AwsApiSources } from "./aws/aws-api.ts";
import { addEmulatorApi, type EmulatorApiSources } from "./emulator/routes.ts";
import {
  answerBrokenHttp,
  answerError,
  answerUnreadableUrl,
  type InternalErrorListener,
} from "./error-handler.ts";
import { foreignPageGuard } from "./refuse-foreign-pages.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** What the control plane is made from. */
export interface ControlPlaneOptions extends Omit<EmulatorApiSources, "startedAt"> {
  /** The address that the caller will listen on. */
  readonly bindHost: AllowedHostOptions["bindHost"];
  /** Further host names, without port, under which the API may be called: of a compose network, say. */
  readonly allowedHosts?: readonly string[];
  /** Told of errors that nobody expected; they are bugs, and the client learns nothing of them. */
  readonly onInternalError: InternalErrorListener;
  /** The APIs of AWS; without it nothing but the emulator's own API answers. */
  readonly aws?: AwsApiSources;
}

/** Limits of HTTP; all are our choice. */
const HTTP_LIMITS = {
  maxBodyBytes: 262_144,
  /** A session token alone may take 14 KiB. */
  maxHeaderBytes: 32_768,
  maxPathParameterCharacters: 256,
  /** For all of a request to arrive. */
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 5000,
} as const;

/** Makes the server; `listen` and `close` are the caller's. Uptime counts from this call. */
export function buildControlPlane(options: ControlPlaneOptions): FastifyInstance {
  const { bindHost, allowedHosts = [], onInternalError } = options;
  const app = Fastify({
    logger: false,
    bodyLimit: HTTP_LIMITS.maxBodyBytes,
    routerOptions: { maxParamLength: HTTP_LIMITS.maxPathParameterCharacters },
    requestTimeout: HTTP_LIMITS.requestTimeoutMs,
    keepAliveTimeout: HTTP_LIMITS.keepAliveTimeoutMs,
    http: { maxHeaderSize: HTTP_LIMITS.maxHeaderBytes },
    forceCloseConnections: true,
    return503OnClosing: false,
    frameworkErrors: answerUnreadableUrl,
    clientErrorHandler: answerBrokenHttp,
  });
  const allowedMethods = watchAllowedMethods(app);
  const guard = foreignPageGuard({ bindHost, allowedHosts });

  app.addHook("onRequest", async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    const refusal = guard(request);
    if (refusal !== undefined) throw refusal;
  });
  app.setErrorHandler((error, _request, reply) => answerError(error, reply, onInternalError));
  app.setNotFoundHandler(({ method, url }, reply) => {
    const path = url.split("?", 1)[0] ?? url;
    const allowed = allowedMethods(path);
    if (allowed.length === 0) throw new ApiError(404, "not_found", "there is nothing at this path");
    void reply.header("allow", allowed.join(", "));
    throw new ApiError(405, "method_not_allowed", `this path does not take ${method}`);
  });
  addEmulatorApi(app, { ...options, startedAt: options.clock.now() });
  if (options.aws !== undefined) {
    addAwsApi(app, { ...options.aws, clock: options.clock }, onInternalError);
  }
  return app;
}
