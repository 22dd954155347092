/** Calls IAM, STS and DSQL as an SDK does. */
import { SignatureV4 } from "@smithy/signature-v4";
import { isObject, type JsonObject, textOf, valueAt } from "../format/json-value.ts";
import type { Credentials } from "../run/config-facts.ts";
import { dsqlRequest } from "./dsql-request.ts";
import { queryBody, queryResult } from "./query-protocol.ts";
import { Sha256 } from "./sha256.ts";

/** One call. */
export interface AwsCall {
  readonly service: "iam" | "sts" | "dsql";
  readonly operation: string;
  readonly parameters: JsonObject;
  /** Base of the HTTP port. */
  readonly url: string;
  readonly region: string;
  /** `undefined` for a call without a signature. */
  readonly credentials: Credentials | undefined;
  readonly signedAt: Date;
}

/** What was answered. */
export type AwsAnswer =
  | { readonly kind: "result"; readonly result: unknown }
  | {
      readonly kind: "error";
      readonly error: { readonly code: string; readonly message: string; readonly status: number };
    };

/** A request before it is signed. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly contentType: string | undefined;
  readonly body: string;
}

const TIMEOUT_MS = 60_000;

/**
 * Makes a call and reads the answer, an error of the service being one.
 *
 * @throws Error when nobody answers, or in no form of the service
 */
export async function callAws(call: AwsCall): Promise<AwsAnswer> {
  const request = call.service === "dsql" ? dsqlRequest(call) : queryRequest(call);
  const url = new URL(call.url);
  const unsigned = {
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: request.path,
    query: { ...request.query },
    headers: {
      host: url.host,
      ...(request.contentType === undefined ? {} : { "content-type": request.contentType }),
    },
    body: request.body,
  };
  const { headers } =
    call.credentials === undefined
      ? unsigned
      : await new SignatureV4({
          service: call.service,
          region: call.region,
          credentials: call.credentials,
          sha256: Sha256,
        }).sign(unsigned, { signingDate: call.signedAt });
  const query = Object.entries(request.query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  );
  const response = await fetch(
    `${url.origin}${request.path}${query.length === 0 ? "" : `?${query.join("&")}`}`,
    {
      method: request.method,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(request.method === "POST" ? { body: request.body } : {}),
    },
  );
  const text = await response.text();
  return call.service === "dsql"
    ? dsqlAnswer(response, text)
    : queryResult(call.operation, response.status, text);
}

function queryRequest(call: AwsCall): AwsRequest {
  return {
    method: "POST",
    path: "/",
    query: {},
    contentType: "application/x-www-form-urlencoded; charset=utf-8",
    body: queryBody(call),
  };
}

function dsqlAnswer(response: Response, text: string): AwsAnswer {
  const body: unknown = text === "" ? {} : JSON.parse(text);
  if (response.ok) return { kind: "result", result: body };
  const code = response.headers.get("x-amzn-errortype") ?? textOf(valueAt(body, "__type")) ?? "";
  const message = textOf(valueAt(body, "message")) ?? "";
  const members = isObject(body) ? body : {};
  const error = { ...members, code: code.split(":")[0] ?? "", message, status: response.status };
  return { kind: "error", error };
}
