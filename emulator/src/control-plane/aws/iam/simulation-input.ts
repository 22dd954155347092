/** From the members of a request for a simulation to what is simulated. */
import {
  type ContextEntry,
  contextKeys,
  type ContextKeys,
  IamError,
  parseContextEntries,
  parsePolicyText,
  type PolicyText,
  type PolicyUse,
  type SimulatedPolicy,
  type SimulatedRequest,
  type Simulation,
} from "../../../iam/index.ts";

/** What both operations take. */
export interface SimulationInput {
  readonly policyInputList?: readonly string[] | undefined;
  readonly permissionsBoundaryPolicyInputList?: readonly string[] | undefined;
  readonly orderedOrganizationPolicyInputList?:
    | readonly { readonly serviceControlPolicyInputList?: readonly string[] | undefined }[]
    | undefined;
  readonly actionNames: readonly string[];
  readonly resourceArns?: readonly string[] | undefined;
  readonly resourcePolicy?: string | undefined;
  readonly resourceOwner?: string | undefined;
  readonly callerArn?: string | undefined;
  readonly contextEntries?: readonly ContextEntry[] | undefined;
  readonly resourceHandlingOption?: string | undefined;
}

/** Policies that are attached to somebody. */
export interface AttachedTexts {
  readonly identity: readonly PolicyText[];
  readonly boundary: PolicyText | undefined;
}

/** A simulation, and the resources that each action is simulated on. */
export interface PreparedSimulation {
  readonly simulation: Simulation;
  readonly resources: readonly Omit<SimulatedRequest, "action">[];
}

/** All resources, and what a request without resources is about. */
export const ALL_RESOURCES = "*";

const ACTION = /^[^\s:*?]+:[^\s:*?]+$/;
const ARN = /^arn:[^:]*:[^:]*:[^:]*:([^:]*):.+$/s;
const PRINCIPAL_ARN = /^arn:[^:]+:iam::(\d{12}):(user|group|role)\/(?:.*\/)?([^/]+)$/s;
const OWNER_ARN = /^arn:[^:]+:iam::(\d{12}):root$/;

/**
 * Checks a request. `accountId` is the account of who asks, `attached` what is attached to the
 * principal whose policies are simulated.
 *
 * @throws IamError `InvalidInput`
 */
export function prepareSimulation(
  input: SimulationInput,
  accountId: string,
  attached: AttachedTexts = { identity: [], boundary: undefined },
): PreparedSimulation {
  if (input.resourceHandlingOption !== undefined) {
    // DEVIATION: the options are about resources of EC2.
    refuse("ResourceHandlingOption is not supported.");
  }
  const wrong = input.actionNames.filter((action) => !ACTION.test(action));
  // Chosen: the service's text is not published.
  if (wrong.length > 0) refuse(`Invalid Input Actions: [${wrong.join(",")}]`);
  const { resourceArns = [], resourcePolicy } = input;
  const names = resourceArns.length === 0 ? [ALL_RESOURCES] : resourceArns;
  checkResourceNames(names, resourcePolicy !== undefined);
  const caller = callerOf(input, accountId);
  const owner = ownerOf(input.resourceOwner);
  const isOwned = resourcePolicy !== undefined || owner !== undefined;
  return {
    simulation: {
      principal: { kind: "user", arn: caller.arn, accountId: caller.accountId },
      identity: [...attached.identity.map(attachedPolicy), ...inputPolicies(input)],
      boundary: boundaryOf(input, attached),
      serviceControl: serviceControlOf(input),
      ...(resourcePolicy === undefined
        ? {}
        : { resourcePolicy: givenPolicy("ResourcePolicy", resourcePolicy, "resource") }),
      keys: new Map([...caller.keys, ...givenKeys(input.contextEntries ?? [])]),
    },
    resources: names.map((resource) => {
      if (!isOwned) return { resource };
      // SPEC: the owner is that of resources whose ARN names none.
      const ofArn = ARN.exec(resource)?.[1] ?? "";
      return { resource, resourceAccountId: ofArn === "" ? owner : ofArn };
    }),
  };
}

function checkResourceNames(names: readonly string[], hasResourcePolicy: boolean): void {
  const wrong = names.filter((name) => name !== ALL_RESOURCES && !ARN.test(name));
  if (wrong.length > 0) refuse(`ResourceNames are not in a valid ARN format: ${wrong.join(",")}.`);
  // A policy of a resource is one of a certain resource.
  if (hasResourcePolicy && names.includes(ALL_RESOURCES)) refuseEntityArn(ALL_RESOURCES);
}

interface SimulatedCaller {
  readonly arn: string;
  readonly accountId: string;
  readonly keys: ContextKeys;
}

/** Who makes the simulated requests; it need not exist. What is known of it is known to policies. */
function callerOf(
  { callerArn, resourcePolicy }: SimulationInput,
  accountId: string,
): SimulatedCaller {
  if (callerArn === undefined) {
    if (resourcePolicy !== undefined) refuse("Invalid caller - Caller cannot be null or empty.");
    return { arn: "", accountId, keys: new Map() };
  }
  const caller = parsePrincipalArn(callerArn);
  if (caller === undefined) {
    refuse("Invalid caller - Caller must be an IAM user, role or group in this context.");
  }
  const { kind, name } = caller;
  if (resourcePolicy !== undefined && kind !== "user") {
    refuse("Invalid caller - Caller must be an IAM user in this context.");
  }
  const keys = contextKeys({
    "aws:principalarn": callerArn,
    "aws:principalaccount": caller.accountId,
    "aws:username": kind === "user" ? name : undefined,
  });
  return { arn: callerArn, accountId: caller.accountId, keys };
}

/** The account that a root ARN is of. */
function ownerOf(resourceOwner: string | undefined): string | undefined {
  if (resourceOwner === undefined) return undefined;
  const [, accountId] = OWNER_ARN.exec(resourceOwner) ?? [];
  return accountId ?? refuse(`'${resourceOwner}' is not a valid as a Resource Owner.`);
}

function inputPolicies({ policyInputList = [] }: SimulationInput): readonly SimulatedPolicy[] {
  return policyInputList.map((text, index) => givenPolicy(`PolicyInputList.${index + 1}`, text));
}

/** SPEC: a boundary of the request takes the place of one that is attached. */
function boundaryOf(
  { permissionsBoundaryPolicyInputList: given = [] }: SimulationInput,
  { boundary }: AttachedTexts,
): SimulatedPolicy | undefined {
  if (given.length > 1) {
    refuse("The list of Permissions Boundary policies cannot exceed 1 items.");
  }
  const [text] = given;
  if (text !== undefined) return givenPolicy("PermissionsBoundaryPolicyInputList.1", text);
  return boundary === undefined ? undefined : attachedPolicy(boundary);
}

function serviceControlOf({
  orderedOrganizationPolicyInputList: levels,
}: SimulationInput): Simulation["serviceControl"] {
  return levels?.map(({ serviceControlPolicyInputList: texts = [] }, index) => {
    const name = `OrderedOrganizationPolicyInputList.${index + 1}`;
    // Chosen: the service's text is not published. A level without policies would deny everything.
    if (texts.length === 0) refuse(`${name} must have at least one service control policy.`);
    return texts.map((text, item) =>
      givenPolicy(`${name}.ServiceControlPolicyInputList.${item + 1}`, text),
    );
  });
}

function attachedPolicy(policy: PolicyText): SimulatedPolicy {
  const { document, source, owner, text } = policy;
  const { kind, name } = source;
  const sourceId = kind === "managed" ? name : `${owner.kind}_${owner.name}_${name}`;
  return { document, source, text, sourceId };
}

function givenPolicy(sourceId: string, text: string, use: PolicyUse = "identity"): SimulatedPolicy {
  try {
    const { document } = parsePolicyText(text, use);
    const source = { kind: "inline", name: sourceId, attachedTo: sourceId } as const;
    return { document, source, text, sourceId };
  } catch (error) {
    if (!(error instanceof IamError)) throw error;
    // Chosen: the service's text is not published.
    return refuse(`Invalid policy in ${sourceId}: ${error.message}`);
  }
}

function givenKeys(entries: readonly ContextEntry[]): ContextKeys {
  const parsed = parseContextEntries(entries);
  if (parsed.kind === "parsed") return parsed.keys;
  // Chosen: the service's text is not published.
  return refuse(`Invalid context entry in ContextEntries.${parsed.index + 1}: ${parsed.message}.`);
}

/** What the ARN of a user, group or role says. */
export interface NamedPrincipal {
  readonly accountId: string;
  readonly kind: "user" | "group" | "role";
  readonly name: string;
}

/** `undefined` for an ARN of something else. */
export function parsePrincipalArn(arn: string): NamedPrincipal | undefined {
  const [, accountId, kind, name] = PRINCIPAL_ARN.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) return undefined;
  return { accountId, kind: kind as NamedPrincipal["kind"], name };
}

/** That an ARN is none of a user, group or role. */
export function refuseEntityArn(arn: string): never {
  return refuse(`Invalid Entity Arn: ${arn} does not clearly define entity type and name.`);
}

function refuse(message: string): never {
  throw new IamError("InvalidInput", message);
}
