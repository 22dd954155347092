/** The APIs of AWS on the emulator's HTTP server. */
import type { FastifyInstance } from "fastify";
import { SigningKeyCache } from "../../sigv4/index.ts";
import type { InternalErrorListener } from "../error-handler.ts";
import { IAM_SERVICE } from "./iam/iam-service.ts";
import type { QueryApiSources } from "./query/answer-query.ts";
import { addQueryApi } from "./query/routes.ts";
import { STS_SERVICE } from "./sts/sts-service.ts";

/** What the APIs are served from; the clock is that of the control plane. */
export type AwsApiSources = Omit<QueryApiSources, "services" | "keyCache" | "clock">;

/** Adds IAM and STS to the server. */
export function addAwsApi(
  app: FastifyInstance,
  sources: Omit<QueryApiSources, "services" | "keyCache">,
  onInternalError: InternalErrorListener,
): void {
  const services = [STS_SERVICE, IAM_SERVICE];
  addQueryApi(app, { ...sources, services, keyCache: new SigningKeyCache() }, onInternalError);
}
