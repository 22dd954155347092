/** From a received request to the service's answer: who, what, may they, is it right, and do it. */
import type { CallGate } from "../call-gate.ts";
import { type Clusters, ClustersError } from "../../../clusters/index.ts";
import { parseAccountId } from "../../../dsql/index.ts";
import { denialMessage, requestPrincipal, type RequestContext } from "../../../iam/index.ts";
import {
  type AuthenticationFailure,
  type Authenticator,
  authenticateRequest,
} from "../authenticate-request.ts";
import type { ApiCallRecorder, FaultInjector } from "../../ports.ts";
import { jsonAuthenticationError } from "../authentication-error.ts";
import { type ApiRequest, connectionKeys } from "../receive-request.ts";
import { injectedError } from "../inject-fault.ts";
import type {
  AccountDirectories,
  AwsCaller,
  CallAuthorization,
  RequestIdSource,
} from "../ports.ts";
import { checkInput } from "./check-input.ts";
import { accessDenied, DsqlError, errorOfClusters } from "./dsql-error.ts";
import { DSQL_OPERATIONS, DSQL_SIGNING_NAME } from "./dsql-service.ts";
import { type RouteMatch, routeTable } from "./match-route.ts";
import type { DsqlCall, NeededAccess } from "./operation.ts";
import { readInput } from "./read-input.ts";
import { writeOutput } from "./write-output.ts";

/** What the service is served from. */
export interface DsqlApiSources extends Omit<Authenticator, "services"> {
  readonly clusters: Clusters;
  /**
   * Keeps what an operation has changed, before its answer is sent.
   *
   * @throws Error when it cannot be kept
   */
  readonly keepClusters?: () => Promise<void>;
  readonly accounts: AccountDirectories;
  readonly authorization: CallAuthorization;
  readonly requestIds: RequestIdSource;
  readonly faults?: FaultInjector;
  readonly events?: ApiCallRecorder;
  readonly gate?: CallGate;
}

/** An answer to send. */
export interface DsqlReply {
  readonly httpStatus: number;
  readonly requestId: string;
  /** Name of the error, if it is one. */
  readonly errorType?: string;
  readonly retryAfterSeconds?: number | undefined;
  readonly json: Readonly<Record<string, unknown>>;
}

const findRoute = routeTable(DSQL_OPERATIONS);

/** Answers a request. Errors that are no answer of the service are thrown on. */
export async function answerDsql(request: ApiRequest, sources: DsqlApiSources): Promise<DsqlReply> {
  const requestId = sources.requestIds.newRequestId();
  const seen: SeenCall = {};
  const route = findRoute(request.method, request.rawPath);
  try {
    if (route === undefined) throw unknownOperation();
    const json = await runOperation({ request, sources, route, seen });
    recordCall({ request, sources, route, seen }, requestId, { output: json });
    return { httpStatus: 200, requestId, json };
  } catch (error) {
    const answered = error instanceof ClustersError ? errorOfClusters(error) : error;
    if (!(answered instanceof DsqlError)) throw error;
    if (route !== undefined)
      recordCall({ request, sources, route, seen }, requestId, { error: answered });
    return errorReply(answered, requestId);
  }
}

/** What is known of a call by now. */
interface SeenCall {
  caller?: AwsCaller;
  region?: string;
  input?: Readonly<Record<string, unknown>>;
}

interface RunningCall {
  readonly request: ApiRequest;
  readonly sources: DsqlApiSources;
  readonly route: RouteMatch;
  readonly seen: SeenCall;
}

function recordCall(
  { request, sources, route, seen }: RunningCall,
  requestId: string,
  {
    output,
    error,
  }: { readonly output?: Readonly<Record<string, unknown>>; readonly error?: DsqlError },
): void {
  sources.events?.recordCall({
    service: DSQL_SIGNING_NAME,
    operation: route.name,
    region: seen.region,
    sourceIp: request.sourceIp,
    userAgent: request.userAgent,
    caller: seen.caller,
    requestId,
    input: seen.input,
    output,
    error,
  });
}

/** The answer that an error becomes. */
export function errorReply(error: DsqlError, requestId: string): DsqlReply {
  const { httpStatus, code, message, members, retryAfterSeconds } = error;
  return {
    httpStatus,
    requestId,
    errorType: code,
    retryAfterSeconds,
    json: { message, ...members },
  };
}

/** Chosen: the documented common error, though the model has a validation error for it too. */
function unknownOperation(): DsqlError {
  const message = "There is no operation with this method and path.";
  return new DsqlError("UnknownOperationException", 404, message);
}

async function runOperation({
  request,
  sources,
  route: { name, operation, labels },
  seen,
}: RunningCall): Promise<Readonly<Record<string, unknown>>> {
  const call = await authenticatedCall(request, sources);
  const { caller, scope } = call;
  seen.caller = caller;
  seen.region = scope.region;
  const query = new URLSearchParams(request.rawQuery);
  const input = readInput(operation.input, { labels, query, body: request.body });
  seen.input = input;
  await failOnPurpose(
    `${DSQL_SIGNING_NAME}:${name}`,
    call,
    sources,
    labels.get("identifier") ?? labels.get("clusterIdentifier"),
  );
  for (const needed of operation.access(input, call)) {
    const action = needed.action ?? `${DSQL_SIGNING_NAME}:${name}`;
    const decided = await call.decide({ ...needed, action });
    if (decided.decision.kind !== "Allow") throw accessDenied(denialMessage(decided));
  }
  checkInput(operation.input, input);
  const values = await operation.run(input, call);
  if (operation.method !== "GET") await sources.keepClusters?.();
  return writeOutput(operation.output, values);
}

/** @throws DsqlError as a fault rule says */
async function failOnPurpose(
  operation: string,
  { caller, scope }: DsqlCall,
  { faults }: DsqlApiSources,
  cluster: string | undefined,
): Promise<void> {
  const { accountId: account } = caller;
  const { region } = scope;
  const error = await injectedError(faults, { operation, account, region, cluster });
  if (error === undefined) return;
  const { code, httpStatus, message, retryAfterSeconds } = error;
  throw new DsqlError(
    code,
    httpStatus,
    message,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}

async function authenticatedCall(request: ApiRequest, sources: DsqlApiSources): Promise<DsqlCall> {
  const { accounts, clusters } = sources;
  const authenticator = { ...sources, services: [DSQL_SIGNING_NAME] };
  const authentication = await authenticateRequest(request, authenticator);
  if (authentication.kind === "refused") throw authenticationError(authentication.failure);
  const { caller, region } = authentication;
  if (!REGION.test(region)) throw invalidRegion(region);
  const accountId = parseAccountId(caller.accountId);
  const directory = accounts.directoryOf(caller.accountId);
  if (accountId === undefined || directory === undefined) {
    // Its access key was found, so that the account is there.
    throw authenticationError({ kind: "unknown-access-key" });
  }
  return {
    caller,
    scope: { accountId, region },
    clusters,
    directory,
    decide: decider({ request, sources, caller, region }),
    keepAccounts: () => accounts.keep(),
  };
}

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

function authenticationError(failure: AuthenticationFailure): DsqlError {
  const { code, httpStatus, message } = jsonAuthenticationError(failure);
  return new DsqlError(code, httpStatus, message);
}

/** The end of the text is chosen. */
function invalidRegion(region: string): DsqlError {
  const message = `Credential should be scoped to a valid region, not '${region}'.`;
  return new DsqlError("InvalidSignatureException", 403, message);
}

interface Deciding {
  readonly request: ApiRequest;
  readonly sources: DsqlApiSources;
  readonly caller: AwsCaller;
  readonly region: string;
}

function decider({ request, sources, caller, region }: Deciding): DsqlCall["decide"] {
  return async (needed: NeededAccess & { readonly action: string }) => {
    const { action, resource, resourceAccountId, keys = new Map(), resourcePolicy } = needed;
    const context: RequestContext = {
      principal: requestPrincipal(caller),
      action,
      resource,
      resourceAccountId: resourceAccountId ?? caller.accountId,
      keys: new Map([...connectionKeys(request, needed.region ?? region), ...keys]),
    };
    const decision = await sources.authorization.authorize(caller, context, resourcePolicy);
    return { request: context, decision };
  };
}
