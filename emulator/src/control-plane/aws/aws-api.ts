/** The APIs of AWS on the emulator's HTTP server. */
import type { FastifyInstance } from "fastify";
import { SigningKeyCache } from "../../sigv4/index.ts";
import type { InternalErrorListener } from "../error-handler.ts";
import type { DsqlApiSources } from "./dsql/answer-dsql.ts";
import { addDsqlApi } from "./dsql/routes.ts";
import { IAM_SERVICE } from "./iam/iam-service.ts";
import type { QueryApiSources, QueryCall, UnsignedCall } from "./query/answer-query.ts";
import type { QueryService } from "./query/query-operation.ts";
import { addQueryApi } from "./query/routes.ts";
import { STS_SERVICE } from "./sts/sts-service.ts";

/** What DSQL's own API needs besides; without clusters it is not there. */
export type DsqlSources = Partial<Pick<DsqlApiSources, "clusters" | "keepClusters">>;

/** What the APIs are served from; the clock is that of the control plane. */
export type AwsApiSources = Omit<QueryApiSources, "services" | "keyCache" | "clock"> & DsqlSources;

/** Adds IAM, STS and DSQL to the server. */
export function addAwsApi(
  app: FastifyInstance,
  sources: Omit<QueryApiSources, "services" | "keyCache"> & DsqlSources,
  onInternalError: InternalErrorListener,
): void {
  const services: readonly QueryService<QueryCall, UnsignedCall>[] = [STS_SERVICE, IAM_SERVICE];
  const keyCache = new SigningKeyCache();
  addQueryApi(app, { ...sources, services, keyCache }, onInternalError);
  const { clusters } = sources;
  if (clusters !== undefined) {
    addDsqlApi(app, { ...sources, clusters, keyCache }, onInternalError);
  }
}
