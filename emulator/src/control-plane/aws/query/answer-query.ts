/** From a received request to the answer of a Query service: who, what, may they, and do it. */
import {
  denialMessage,
  type IamDirectory,
  IamError,
  type RequestContext,
} from "../../../iam/index.ts";
import { readRequestQuery } from "../../../sigv4/index.ts";
import {
  type Authenticator,
  authenticateRequest,
  type ReceivedRequest,
} from "../authenticate-request.ts";
import { queryAuthenticationError } from "../authentication-error.ts";
import type {
  AccountDirectories,
  AwsCaller,
  CallAuthorization,
  RequestIdSource,
} from "../ports.ts";
import { type FormNode, parseForm } from "./parse-form.ts";
import { QueryError } from "./query-error.ts";
import type { QueryOperation, QueryService } from "./query-operation.ts";
import { readMembers } from "./read-members.ts";
import { renderAnswer, renderError } from "./render-xml.ts";

/** What each operation gets besides its input. */
export interface QueryCall {
  readonly caller: AwsCaller;
  /** The IAM of the caller's account. */
  readonly directory: IamDirectory;
  readonly accounts: AccountDirectories;
}

/** What the Query services are served from. */
export interface QueryApiSources extends Omit<Authenticator, "services"> {
  readonly accounts: AccountDirectories;
  readonly authorization: CallAuthorization;
  readonly requestIds: RequestIdSource;
  readonly services: readonly QueryService<QueryCall>[];
}

/** A request with what is known of its connection. */
export interface QueryRequest extends ReceivedRequest {
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
}

/** An answer to send. */
export interface QueryReply {
  readonly httpStatus: number;
  readonly requestId: string;
  readonly xml: string;
}

/** Answers a request. Errors that are no answer of a service are thrown on. */
export async function answerQuery(
  request: QueryRequest,
  sources: QueryApiSources,
): Promise<QueryReply> {
  const requestId = sources.requestIds.newRequestId();
  let service = serviceOfSignature(request, sources.services);
  try {
    const form = parseForm([request.rawQuery, new TextDecoder().decode(request.body)]);
    const version = form.children.get("Version")?.value;
    service ??= sources.services.find((candidate) => candidate.version === version);
    service ??= sources.services[0];
    if (service === undefined) throw new QueryError("InvalidAction", 400, "There is no service.");
    const [name, operation] = findOperation(service, form);
    const { values } = await runOperation({ request, sources, service, name, operation, form });
    const { xmlNamespace } = service;
    const { output } = operation;
    const xml = renderAnswer({ operation: name, xmlNamespace, requestId, output, values });
    return { httpStatus: 200, requestId, xml };
  } catch (error) {
    if (!(error instanceof QueryError) && !(error instanceof IamError)) throw error;
    const { code, httpStatus, message } = error;
    const xmlNamespace = service?.xmlNamespace ?? "";
    const xml = renderError({ xmlNamespace, requestId, code, message, httpStatus });
    return { httpStatus, requestId, xml };
  }
}

/** The service whose signing name is in the credential; nothing is proved by it. */
function serviceOfSignature(
  { rawQuery, headers }: QueryRequest,
  services: readonly QueryService<QueryCall>[],
): QueryService<QueryCall> | undefined {
  const authorization = headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
  const inHeader = /Credential=([^,\s]*)/.exec(authorization ?? "")?.[1];
  const inQuery = readRequestQuery(rawQuery)?.find(([name]) => name === "X-Amz-Credential")?.[1];
  const [, , , service] = (inHeader ?? inQuery ?? "").split("/");
  return services.find(({ name }) => name === service);
}

function findOperation(
  { version, operations }: QueryService<QueryCall>,
  form: FormNode,
): readonly [name: string, operation: QueryOperation<QueryCall>] {
  const action = form.children.get("Action")?.value;
  if (action === undefined || action === "") {
    throw new QueryError("MissingAction", 400, "The request is missing an action.");
  }
  const given = form.children.get("Version")?.value;
  const operation = operations.get(action);
  if (operation !== undefined && given === version) return [action, operation];
  const message = `Could not find operation ${action} for version ${given ?? "NO_VERSION_SPECIFIED"}`;
  throw new QueryError("InvalidAction", 400, message);
}

interface Running {
  readonly request: QueryRequest;
  readonly sources: QueryApiSources;
  readonly service: QueryService<QueryCall>;
  readonly name: string;
  readonly operation: QueryOperation<QueryCall>;
  readonly form: FormNode;
}

async function runOperation(running: Running): Promise<{ readonly values: unknown }> {
  const { request, sources, service, name, operation, form } = running;
  const authenticator = { ...sources, services: [service.name] };
  const authentication = await authenticateRequest(request, authenticator);
  if (authentication.kind === "refused") {
    const { code, httpStatus, message } = queryAuthenticationError(authentication.failure);
    throw new QueryError(code, httpStatus, message);
  }
  const { caller, region } = authentication;
  const { accountId } = caller.principal;
  const directory = sources.accounts.directoryOf(accountId);
  if (directory === undefined) {
    const error = queryAuthenticationError({ kind: "unknown-access-key" });
    throw new QueryError(error.code, error.httpStatus, error.message);
  }
  const call: QueryCall = { caller, directory, accounts: sources.accounts };
  const input = readMembers(form, operation.input);
  const access = operation.access(input, call);
  if (access !== undefined) {
    const context: RequestContext = {
      principal: caller.principal,
      action: `${service.name}:${name}`,
      resource: access.resource,
      resourceAccountId: accountId,
      keys: new Map([...connectionKeys(request, region), ...(access.keys ?? [])]),
    };
    const decision = await sources.authorization.authorize(caller, context);
    if (decision.kind !== "Allow") {
      const message = denialMessage({ request: context, decision });
      throw new QueryError("AccessDenied", 403, message);
    }
  }
  return { values: await operation.run(input, call) };
}

function connectionKeys(
  { sourceIp, userAgent }: QueryRequest,
  region: string,
): readonly (readonly [string, readonly string[]])[] {
  return [
    ["aws:sourceip", [sourceIp]],
    ["aws:securetransport", ["false"]],
    ["aws:requestedregion", [region]],
    ...(userAgent === undefined ? [] : [["aws:useragent", [userAgent]] as const]),
  ];
}
