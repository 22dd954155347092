/**
 * Finds what IAM lacks by asking the evaluator: what decides against the request is cured and the
 * request decided on anew, until it is allowed. So what is found is enough, and each part is needed.
 */
import {
  type AccessQuestion,
  type AttachedPolicy,
  type Caller,
  type Decision,
  evaluateAccess,
  parsePolicyDocument,
  type PolicyDocument,
  type PolicyLevel,
  type PolicyStatement,
  type RequestContext,
} from "../iam/index.ts";
import type {
  NeededAccess,
  NeededPrincipal,
  NeededStatement,
  NeededWidening,
  PolicySource,
} from "./needed-permissions.ts";

/** More than there are types of policies and levels of an organization (AWS: five below the root). */
const MAX_ROUNDS = 20;

const USER_OR_ROLE = /:(user|role)\/(?:.*\/)?([^/]+)$/;

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Whom the policies and mappings of a caller belong to. */
export function neededPrincipal({ kind, arn, issuerArn = arn }: Caller): NeededPrincipal {
  const found = USER_OR_ROLE.exec(issuerArn);
  if (kind === "root" || found === null) return { kind: "root", name: "root", arn: issuerArn };
  const [, entity, name = ""] = found;
  return { kind: entity === "role" ? "role" : "user", name, arn: issuerArn };
}

/**
 * What IAM needs to allow the request of a question that it does not allow now; `undefined` when no
 * permission can do that.
 */
export function neededAccess(question: AccessQuestion): NeededAccess | undefined {
  const { action, resource } = question.request;
  const statement: NeededStatement = { Effect: "Allow", Action: action, Resource: resource };
  const needed: Mutable<NeededAccess> = {
    action,
    resource,
    policy: null,
    widenings: [],
    denies: [],
  };
  let tried = question;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const decision = evaluateAccess(tried);
    if (decision.kind === "Allow") return needed;
    if (decision.kind === "ExplicitDeny") {
      if (needed.denies.length > 0) return undefined;
      needed.denies = decision.deciding.map(({ policyType, policy, statementIndex, sid }) => ({
        policyType,
        policy,
        statementIndex,
        sid: sid ?? null,
      }));
      tried = withoutDenies(tried, decision);
    } else if (decision.decidedBy === "identity-based") {
      needed.policy = { Version: "2012-10-17", Statement: [statement] };
      tried = { ...tried, identity: [...tried.identity, policyOf(statement)] };
    } else {
      const widened = widen(tried, decision, statement);
      if (widened === undefined) return undefined;
      needed.widenings = [...needed.widenings, widened.widening];
      tried = widened.question;
    }
  }
  return undefined;
}

interface Widened {
  readonly question: AccessQuestion;
  readonly widening: NeededWidening;
}

/** Adds the statement to the limit that decided. */
function widen(
  question: AccessQuestion,
  { decidedBy }: Decision,
  statement: NeededStatement,
): Widened | undefined {
  const { boundary, session, vpcEndpoint } = question;
  const added = policyOf(statement).document.statements;
  switch (decidedBy) {
    case "boundary":
      return boundary === undefined
        ? undefined
        : {
            question: { ...question, boundary: withStatements(boundary, added) },
            widening: wideningOf("boundary", boundary.source, statement),
          };
    case "session":
      return {
        question: { ...question, session: [...(session ?? []), policyOf(statement)] },
        widening: wideningOf("session", session?.[0]?.source ?? null, statement),
      };
    case "vpc-endpoint": {
      if (vpcEndpoint === undefined) return undefined;
      const forAll: NeededStatement = { ...statement, Principal: "*" };
      const { statements } = policyOf(forAll, "resource").document;
      return {
        question: { ...question, vpcEndpoint: withStatements(vpcEndpoint, statements) },
        widening: wideningOf("vpc-endpoint", vpcEndpoint.source, forAll),
      };
    }
    case "service-control":
      return widenLevel(question, statement);
    // Every level of resource control has RCPFullAWSAccess; the others are no limits of a connection.
    case "resource-control":
    case "resource-based":
    case "identity-based":
    case "trust":
    case undefined:
      return undefined;
  }
}

/** Adds the statement to the first level that does not allow the request. */
function widenLevel(question: AccessQuestion, statement: NeededStatement): Widened | undefined {
  const { request, serviceControl: levels = [] } = question;
  const index = levels.findIndex((level) => !isAllowedBy(level, request, statement));
  const level = levels[index];
  if (level === undefined) return undefined;
  // FullAWSAccess is AWS's own and cannot be changed.
  const own = level.find(({ source }) => source.name !== "FullAWSAccess");
  return {
    question: { ...question, serviceControl: levels.with(index, [...level, policyOf(statement)]) },
    widening: {
      ...wideningOf("service-control", own?.source ?? null, statement),
      level: index + 1,
    },
  };
}

function isAllowedBy(
  level: PolicyLevel,
  request: RequestContext,
  statement: NeededStatement,
): boolean {
  const identity = [policyOf(statement)];
  return evaluateAccess({ request, identity, serviceControl: [level] }).kind === "Allow";
}

function wideningOf(
  policyType: NeededWidening["policyType"],
  policy: PolicySource | null,
  statement: NeededStatement,
): NeededWidening {
  return { policyType, policy, level: null, statement };
}

/** The question as it would be without the statements that deny it. */
function withoutDenies(question: AccessQuestion, { deciding }: Decision): AccessQuestion {
  const cure = (policy: AttachedPolicy): AttachedPolicy => {
    const denies = deciding.filter((reference) => reference.policy === policy.source);
    if (denies.length === 0) return policy;
    const statements = policy.document.statements.filter(
      (_statement, index) => !denies.some(({ statementIndex }) => statementIndex === index),
    );
    return { ...policy, document: { ...policy.document, statements } };
  };
  const cureOne = (policy: AttachedPolicy | undefined): AttachedPolicy | undefined =>
    policy && cure(policy);
  return {
    ...question,
    identity: question.identity.map(cure),
    boundary: cureOne(question.boundary),
    session: question.session?.map(cure),
    resource: cureOne(question.resource),
    vpcEndpoint: cureOne(question.vpcEndpoint),
    serviceControl: question.serviceControl?.map((level) => level.map(cure)),
    resourceControl: question.resourceControl?.map((level) => level.map(cure)),
  };
}

function withStatements(policy: AttachedPolicy, added: readonly PolicyStatement[]): AttachedPolicy {
  const statements = [...policy.document.statements, ...added];
  return { ...policy, document: { ...policy.document, statements } };
}

/** The statement as a policy, through the parser, as the text of a user would go. */
function policyOf(
  statement: NeededStatement,
  use: "identity" | "resource" = "identity",
): AttachedPolicy {
  const parsed = parsePolicyDocument({ Version: "2012-10-17", Statement: [statement] }, { use });
  const document: PolicyDocument =
    parsed.kind === "malformed" ? { version: "2012-10-17", statements: [] } : parsed.document;
  return { document, source: { kind: "inline", name: "needed", attachedTo: "" } };
}
