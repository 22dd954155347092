/** Requests as the APIs of AWS take them from the server, and what policies see of their connection. */
import type { FastifyRequest } from "fastify";
import { contextKeys, type ContextKeys } from "../../iam/index.ts";
import type { RequestHeader } from "../../sigv4/index.ts";
import type { ReceivedRequest } from "./authenticate-request.ts";

/** A request with what is known of its connection. */
export interface ApiRequest extends ReceivedRequest {
  /** Of an IPv4 client in the form of IPv4. */
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
}

/** `::ffff:192.0.2.1`: what a socket of both families says of an IPv4 client. */
const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** The request as it was received; its body must have been left alone. */
export function receiveRequest(request: FastifyRequest): ApiRequest {
  const { method, raw, ip, headers, body } = request;
  const [rawPath = "", ...query] = (raw.url ?? "").split("?");
  return {
    method,
    rawPath,
    rawQuery: query.join("?"),
    headers: pairs(raw.rawHeaders),
    body: body instanceof Uint8Array ? body : new Uint8Array(),
    sourceIp: ip.replace(IPV4_IN_IPV6, ""),
    userAgent: headers["user-agent"],
  };
}

/** Names and values by turns, as Node gives them. */
function pairs(rawHeaders: readonly string[]): readonly RequestHeader[] {
  return rawHeaders.flatMap((name, index): readonly RequestHeader[] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
}

/** The context keys of the connection; `region` is what the request is signed for, if it is signed. */
export function connectionKeys(
  { sourceIp, userAgent }: ApiRequest,
  region: string | undefined,
): ContextKeys {
  return contextKeys({
    "aws:sourceip": sourceIp,
    "aws:securetransport": "false",
    "aws:requestedregion": region,
    "aws:useragent": userAgent,
  });
}
