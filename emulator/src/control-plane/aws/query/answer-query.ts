/** From a received request to the answer of a Query service: who, what, may they, and do it. */
import type { CallGate } from "../call-gate.ts";
import {
  type AttachedPolicy,
  type Caller,
  type Decision,
  denialMessage,
  type IamDirectory,
  IamError,
  type RequestContext,
  requestPrincipal,
} from "../../../iam/index.ts";
import type { Clock } from "../../../shared/index.ts";
import { readRequestQuery } from "../../../sigv4/index.ts";
import {
  type AuthenticationFailure,
  type Authenticator,
  authenticateRequest,
} from "../authenticate-request.ts";
import { type ApiRequest, connectionKeys } from "../receive-request.ts";
import { queryAuthenticationError } from "../authentication-error.ts";
import type { ApiCallRecorder, FaultInjector } from "../../ports.ts";
import { injectedError } from "../inject-fault.ts";
import type {
  AccountDirectories,
  AwsCaller,
  CallAuthorization,
  RequestIdSource,
  StsSources,
} from "../ports.ts";
import { type FormNode, parseForm } from "./parse-form.ts";
import { QueryError } from "./query-error.ts";
import { refuseLimitedSession } from "./limited-session.ts";
import type { NeededAccess, QueryOperation, QueryService } from "./query-operation.ts";
import { readMembers } from "./read-members.ts";
import { renderAnswer, renderError } from "./render-xml.ts";

/** What is to be allowed, beyond what `NeededAccess` says of an operation. */
export interface AccessRequest extends NeededAccess {
  /** `service:Action`. */
  readonly action: string;
  /** The account of the resource, if it is not the caller's. */
  readonly resourceAccountId?: string;
  /** Of a role that is to be assumed. */
  readonly trustPolicy?: AttachedPolicy;
}

/** What an operation that needs no signature gets besides its input. */
export interface UnsignedCall {
  readonly accounts: AccountDirectories;
  readonly sts: StsSources;
  readonly clock: Clock;
  /** Decides for somebody; nothing is thrown. */
  decide(caller: Caller, request: AccessRequest): Promise<AccessDecision>;
}

/** What each operation gets besides its input. */
export interface QueryCall extends UnsignedCall {
  readonly caller: AwsCaller;
  /** The IAM of the caller's account. */
  readonly directory: IamDirectory;
  /** @throws QueryError `AccessDenied` unless the caller may do it */
  requireAccess(request: AccessRequest): Promise<void>;
}

/** A decision with the request that it is about. */
export interface AccessDecision {
  readonly request: RequestContext;
  readonly decision: Decision;
}

/** What the Query services are served from. */
export interface QueryApiSources extends Omit<Authenticator, "services"> {
  readonly accounts: AccountDirectories;
  readonly authorization: CallAuthorization;
  readonly requestIds: RequestIdSource;
  readonly sts: StsSources;
  readonly faults?: FaultInjector;
  readonly events?: ApiCallRecorder;
  readonly gate?: CallGate;
  readonly services: readonly QueryService<QueryCall, UnsignedCall>[];
}

/** An answer to send. */
export interface QueryReply {
  readonly httpStatus: number;
  readonly requestId: string;
  readonly xml: string;
}

/** Answers a request. Errors that are no answer of a service are thrown on. */
export async function answerQuery(
  request: ApiRequest,
  sources: QueryApiSources,
): Promise<QueryReply> {
  const requestId = sources.requestIds.newRequestId();
  let service = serviceOfSignature(request, sources.services);
  const seen: SeenCall = {};
  try {
    const form = parseForm([request.rawQuery, new TextDecoder().decode(request.body)]);
    const version = form.children.get("Version")?.value;
    service ??= sources.services.find((candidate) => candidate.version === version);
    service ??= sources.services[0];
    if (service === undefined) throw new QueryError("InvalidAction", 400, "There is no service.");
    const [name, operation] = findOperation(service, form);
    seen.name = name;
    const { values } = await runOperation({
      request,
      sources,
      service,
      name,
      operation,
      form,
      seen,
    });
    record({ request, sources, service, requestId }, seen, values);
    const { xmlNamespace } = service;
    const { output } = operation;
    const xml = renderAnswer({ operation: name, xmlNamespace, requestId, output, values });
    return { httpStatus: 200, requestId, xml };
  } catch (error) {
    if (!(error instanceof QueryError) && !(error instanceof IamError)) throw error;
    const { code, httpStatus, message } = error;
    record({ request, sources, service, requestId }, seen, undefined, { code, message });
    const xmlNamespace = service?.xmlNamespace ?? "";
    const xml = renderError({ xmlNamespace, requestId, code, message, httpStatus });
    return { httpStatus, requestId, xml };
  }
}

/** The service whose signing name is in the credential; nothing is proved by it. */
function serviceOfSignature(
  { rawQuery, headers }: ApiRequest,
  services: readonly QueryService<QueryCall, UnsignedCall>[],
): QueryService<QueryCall, UnsignedCall> | undefined {
  const authorization = headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
  const inHeader = /Credential=([^,\s]*)/.exec(authorization ?? "")?.[1];
  const inQuery = readRequestQuery(rawQuery)?.find(([name]) => name === "X-Amz-Credential")?.[1];
  const [, , , service] = (inHeader ?? inQuery ?? "").split("/");
  return services.find(({ name }) => name === service);
}

function findOperation(
  { version, operations }: QueryService<QueryCall, UnsignedCall>,
  form: FormNode,
): readonly [name: string, operation: QueryOperation<QueryCall, UnsignedCall>] {
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
  readonly request: ApiRequest;
  readonly sources: QueryApiSources;
  readonly service: QueryService<QueryCall, UnsignedCall>;
  readonly name: string;
  readonly operation: QueryOperation<QueryCall, UnsignedCall>;
  readonly form: FormNode;
  readonly seen: SeenCall;
}

/** What becomes known of a call on its way. */
interface SeenCall {
  name?: string;
  signer?: { readonly caller: AwsCaller; readonly region: string };
  input?: unknown;
}

/** Tells of a call whose operation is known. */
function record(
  {
    request: { sourceIp, userAgent },
    sources,
    service,
    requestId,
  }: Pick<Running, "request" | "sources"> & {
    readonly service: Running["service"] | undefined;
    readonly requestId: string;
  },
  { name, signer, input }: SeenCall,
  output: unknown,
  error?: { readonly code: string; readonly message: string },
): void {
  if (service === undefined || name === undefined) return;
  sources.events?.recordCall({
    service: service.name,
    operation: name,
    region: signer?.region,
    sourceIp: sourceIp,
    userAgent,
    caller: signer?.caller,
    requestId,
    input,
    output,
    error,
  });
}

async function runOperation(running: Running): Promise<{ readonly values: unknown }> {
  const { request, sources, service, name, operation, form, seen } = running;
  const { accounts, sts, clock } = sources;
  if (operation.kind === "unsigned") {
    await failOnPurpose(running);
    const call: UnsignedCall = { accounts, sts, clock, decide: decider(running, "") };
    seen.input = readMembers(form, operation.input);
    return { values: await operation.run(seen.input, call) };
  }
  const authenticator = { ...sources, services: [service.name] };
  const authentication = await authenticateRequest(request, authenticator);
  if (authentication.kind === "refused") throw authenticationError(authentication.failure);
  const { caller, region } = authentication;
  seen.signer = { caller, region };
  const directory = accounts.directoryOf(caller.accountId);
  // Its access key was found, so that the account is there.
  if (directory === undefined) throw authenticationError({ kind: "unknown-access-key" });
  await failOnPurpose(running, { account: caller.accountId, region });
  refuseLimitedSession(caller, service.name, name);
  const decide = decider(running, region);
  const call: QueryCall = {
    caller,
    directory,
    accounts,
    sts,
    clock,
    decide,
    requireAccess: async (needed) => {
      const decided = await decide(caller, needed);
      if (decided.decision.kind === "Allow") return;
      throw new QueryError("AccessDenied", 403, denialMessage(decided));
    },
  };
  const input = readMembers(form, operation.input);
  seen.input = input;
  const access = operation.access(input, call);
  if (access !== undefined)
    await call.requireAccess({ ...access, action: `${service.name}:${name}` });
  const values = await operation.run(input, call);
  if (!READS.test(name)) await accounts.keep();
  return { values };
}

/** @throws QueryError as a fault rule says */
async function failOnPurpose(
  { sources, service, name }: Running,
  signer?: { readonly account: string; readonly region: string },
): Promise<void> {
  const { account, region } = signer ?? {};
  const operation = `${service.name}:${name}`;
  const error = await injectedError(sources.faults, {
    operation,
    account,
    region,
    cluster: undefined,
  });
  if (error !== undefined) throw new QueryError(error.code, error.httpStatus, error.message);
}

/** Operations that change nothing which has to be kept. */
const READS = /^(?:Get|List|Simulate|Assume|Generate|Decode)/;

function authenticationError(failure: AuthenticationFailure): QueryError {
  const { code, httpStatus, message } = queryAuthenticationError(failure);
  return new QueryError(code, httpStatus, message);
}

function decider(
  { request, sources: { authorization } }: Running,
  region: string,
): UnsignedCall["decide"] {
  return async (caller, { action, resource, resourceAccountId, keys, trustPolicy }) => {
    const context: RequestContext = {
      principal: requestPrincipal(caller),
      action,
      resource,
      resourceAccountId: resourceAccountId ?? caller.accountId,
      keys: new Map([
        ...connectionKeys(request, region === "" ? undefined : region),
        ...(keys ?? []),
      ]),
    };
    const decision = await authorization.authorize(caller, context, undefined, trustPolicy);
    return { request: context, decision };
  };
}
