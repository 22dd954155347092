/**
 * What is left of the policies of a principal when some are left out of a simulation.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyIdentifier.html
 */
import { compileGlob, matchesGlob } from "../glob.ts";
import { IamError } from "./iam-error.ts";
import type { PolicyText, PrincipalPolicyTexts } from "./policy-texts.ts";

/** Names an inline policy; the name of what it is attached to may have wildcards. */
export interface InlinePolicyIdentifier {
  readonly policyName: string;
  /** `user`, `group` or `role`. */
  readonly attachmentType: string;
  readonly attachmentName: string;
}

/** Names policies in one of three ways. */
export interface PolicyIdentifier {
  /** One of `EXCLUDED_POLICY_TYPES`. */
  readonly policyType?: string | undefined;
  /** Of a managed policy; the last part may have wildcards. */
  readonly policyArn?: string | undefined;
  readonly inlinePolicyIdentifier?: InlinePolicyIdentifier | undefined;
}

/** Types of policies that can be left out. SPEC: `rcp` is taken and does nothing; here `scp` too. */
export const EXCLUDED_POLICY_TYPES: readonly string[] = [
  "inline",
  "aws-managed",
  "user-managed",
  "permission-boundary",
  "scp",
  "rcp",
];

const ARN = /^(arn:[^:*?]+:iam::(?:aws|\d{12}):policy\/)(.+)$/;
const AWS_POLICIES = "arn:aws:iam::aws:";

/**
 * Leaves out what is named; a name of something that is not there is no mistake.
 *
 * @throws IamError `InvalidInput` for an identifier that names nothing, or in two ways, and for
 *   wildcards where none may be
 */
export function excludePolicies(
  texts: PrincipalPolicyTexts,
  identifiers: readonly PolicyIdentifier[],
): PrincipalPolicyTexts {
  const tests = identifiers.map(testOf);
  const excludesBoundary = identifiers.some(
    ({ policyType }) => policyType === "permission-boundary",
  );
  return {
    kind: texts.kind,
    identity: texts.identity.filter((policy) => !tests.some((excludes) => excludes(policy))),
    boundary: excludesBoundary ? undefined : texts.boundary,
  };
}

function testOf(identifier: PolicyIdentifier): (policy: PolicyText) => boolean {
  const { policyType, policyArn, inlinePolicyIdentifier } = identifier;
  const given = [policyType, policyArn, inlinePolicyIdentifier].filter((one) => one !== undefined);
  if (given.length !== 1) refuse("it must have exactly one member");
  if (policyArn !== undefined) {
    const [, prefix, name] = ARN.exec(policyArn) ?? [];
    if (prefix === undefined || name === undefined)
      refuse(`${policyArn} is not an ARN of a policy`);
    const isCovered = wildcardTest(name);
    return ({ source: { arn } }) =>
      arn?.startsWith(prefix) === true && isCovered(arn.slice(prefix.length));
  }
  if (inlinePolicyIdentifier !== undefined) {
    const { policyName, attachmentType, attachmentName } = inlinePolicyIdentifier;
    const isCovered = wildcardTest(attachmentName);
    return ({ source, owner }) =>
      source.kind === "inline" &&
      source.name === policyName &&
      owner.kind === attachmentType &&
      isCovered(owner.name);
  }
  return ({ source: { kind, arn = "" } }) => {
    if (policyType === "inline") return kind === "inline";
    if (policyType === "aws-managed") return kind === "managed" && arn.startsWith(AWS_POLICIES);
    return policyType === "user-managed" && kind === "managed" && !arn.startsWith(AWS_POLICIES);
  };
}

function wildcardTest(pattern: string): (text: string) => boolean {
  // SPEC: one `*` at most.
  if (pattern.split("*").length > 2) refuse(`${pattern} has more than one *`);
  const glob = compileGlob(pattern, { ignoresCase: false, hasVariables: false });
  return (text) => glob !== undefined && matchesGlob(glob, text, new Map()) === true;
}

/** Chosen: the service's text is not published. */
function refuse(why: string): never {
  throw new IamError("InvalidInput", `Invalid policy identifier in PolicyExclusionList: ${why}.`);
}
