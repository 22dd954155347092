/**
 * The policy simulator.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
 */
import {
  CONTEXT_KEY_TYPES,
  EXCLUDED_POLICY_TYPES,
  excludePolicies,
  IamError,
} from "../../../iam/index.ts";
import type { QueryCall } from "../query/answer-query.ts";
import {
  type NeededAccess,
  queryOperation,
  type SignedOperation,
} from "../query/query-operation.ts";
import {
  BOOLEAN,
  integer,
  list,
  optional,
  required,
  structure,
  text,
  TEXT_MAP,
} from "../query/shape.ts";
import { MAYBE_TEXT, NAME, PAGE_INPUT, PAGE_OUTPUT } from "./entity-shapes.ts";
import { groupAccess, roleAccess, userAccess } from "./iam-resources.ts";
import { parsePrincipalArn, prepareSimulation, refuseEntityArn } from "./simulation-input.ts";
import { simulatePage } from "./simulation-page.ts";

const DOCUMENT_TEXT = text({
  minCharacters: 1,
  maxCharacters: 131_072,
  pattern: {
    expression: /^[\u0009\u000a\u000d\u0020-\u00ff]+$/,
    text: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
  },
});
const RESOURCE_NAME = text({ minCharacters: 1, maxCharacters: 2048 });
const PRINCIPAL_ARN = text({ minCharacters: 20, maxCharacters: 2048 });
const DOCUMENTS = list(DOCUMENT_TEXT);

const CONTEXT_ENTRY = structure({
  ContextKeyName: optional(text({ minCharacters: 5, maxCharacters: 256 })),
  ContextKeyValues: optional(list(text())),
  ContextKeyType: optional(text({ values: CONTEXT_KEY_TYPES })),
});

const SIMULATION_INPUT = {
  PermissionsBoundaryPolicyInputList: optional(DOCUMENTS),
  ActionNames: required(list(text({ minCharacters: 3, maxCharacters: 128 }))),
  ResourceArns: optional(list(RESOURCE_NAME)),
  ResourcePolicy: optional(DOCUMENT_TEXT),
  ResourceOwner: optional(RESOURCE_NAME),
  CallerArn: optional(RESOURCE_NAME),
  ContextEntries: optional(list(CONTEXT_ENTRY)),
  ResourceHandlingOption: MAYBE_TEXT,
  ...PAGE_INPUT,
};

const POLICY_IDENTIFIER = structure({
  PolicyType: optional(text({ values: EXCLUDED_POLICY_TYPES })),
  PolicyArn: MAYBE_TEXT,
  InlinePolicyIdentifier: optional(
    structure({
      PolicyName: NAME,
      AttachmentType: required(text({ values: ["user", "group", "role"] })),
      AttachmentName: NAME,
    }),
  ),
});

const POSITION = structure({ Line: required(integer()), Column: required(integer()) });
const STATEMENTS = required(
  list(
    structure({
      SourcePolicyId: NAME,
      SourcePolicyType: NAME,
      StartPosition: optional(POSITION),
      EndPosition: optional(POSITION),
    }),
  ),
);
const BOUNDARY_DETAIL = optional(structure({ AllowedByPermissionsBoundary: required(BOOLEAN) }));

const SHOWN_RESULT = {
  MatchedStatements: STATEMENTS,
  MissingContextValues: required(list(text())),
  PermissionsBoundaryDecisionDetail: BOUNDARY_DETAIL,
  EvalDecisionDetails: optional(TEXT_MAP),
};

const EVALUATION_RESULT = structure({
  EvalActionName: NAME,
  EvalResourceName: NAME,
  EvalDecision: NAME,
  ...SHOWN_RESULT,
  OrganizationsDecisionDetail: optional(structure({ AllowedByOrganizations: required(BOOLEAN) })),
  ResourceSpecificResults: optional(
    list(structure({ EvalResourceName: NAME, EvalResourceDecision: NAME, ...SHOWN_RESULT })),
  ),
});

const OUTPUT = { EvaluationResults: required(list(EVALUATION_RESULT)), ...PAGE_OUTPUT };

/** Operations by name. */
export const SIMULATE_OPERATIONS: Readonly<Record<string, SignedOperation<QueryCall>>> = {
  SimulateCustomPolicy: queryOperation({
    input: {
      PolicyInputList: required(DOCUMENTS),
      OrderedOrganizationPolicyInputList: optional(
        list(structure({ ServiceControlPolicyInputList: optional(DOCUMENTS) })),
      ),
      ...SIMULATION_INPUT,
    },
    output: OUTPUT,
    access: () => ({ resource: "*" }),
    run: (input, { caller }: QueryCall) =>
      simulatePage(input.actionNames, prepareSimulation(input, caller.accountId), input),
  }),
  SimulatePrincipalPolicy: queryOperation({
    input: {
      PolicySourceArn: required(PRINCIPAL_ARN),
      PolicyInputList: optional(DOCUMENTS),
      PolicyExclusionList: optional(list(POLICY_IDENTIFIER)),
      ...SIMULATION_INPUT,
    },
    output: OUTPUT,
    access: ({ policySourceArn }, call: QueryCall) => principalAccess(policySourceArn, call),
    run: (input, { caller, directory }: QueryCall) => {
      const { policySourceArn, policyExclusionList = [] } = input;
      const principal = parsePrincipalArn(policySourceArn);
      if (principal === undefined) refuseEntityArn(policySourceArn);
      const { kind, name, accountId } = principal;
      if (accountId !== caller.accountId) {
        const message = `Invalid Policy Source Arn: caller's account ${caller.accountId} does not have access to policies in account ${accountId}`;
        throw new IamError("InvalidInput", message);
      }
      const attached = directory.policyTextsOf(policySourceArn);
      if (attached === undefined) {
        throw new IamError("NoSuchEntity", `The ${kind} with name ${name} cannot be found.`);
      }
      const left = excludePolicies(attached, policyExclusionList);
      const callerArn = input.callerArn ?? policySourceArn;
      const prepared = prepareSimulation({ ...input, callerArn }, accountId, left);
      return simulatePage(input.actionNames, prepared, input);
    },
  }),
};

const ACCESS = { user: userAccess, group: groupAccess, role: roleAccess };

/** The principal with its tags, if it is one of the account. */
function principalAccess(arn: string, call: QueryCall): NeededAccess {
  const principal = parsePrincipalArn(arn);
  if (principal?.accountId !== call.caller.accountId) return { resource: arn };
  const access = ACCESS[principal.kind](call, principal.name);
  return access.resource === arn ? access : { resource: arn };
}
