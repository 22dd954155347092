/**
 * Constraints on the members of requests, and the text of the answer when one is not met. The
 * constraints are those of the service's API model.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */
import { IamError } from "./iam-error.ts";

/** What a text member must be like. */
export interface TextRule {
  readonly minCharacters: number;
  readonly maxCharacters: number;
  /** Of the whole value; `text` as the service prints it. */
  readonly pattern?: { readonly expression: RegExp; readonly text: string };
  /** The values that there are. */
  readonly values?: readonly string[];
  /** What the service says instead of its generic sentence when the pattern is not met. */
  readonly invalidMessage?: (member: string) => string;
}

/** A rule and whether the member must be there. */
export interface MemberRule<IsRequired extends boolean = boolean> {
  readonly rule: TextRule;
  readonly isRequired: IsRequired;
}

/** Members that were checked: the required ones are there. */
export type CheckedMembers<Rules extends Readonly<Record<string, MemberRule>>> = {
  readonly [Name in keyof Rules]: Rules[Name] extends MemberRule<true>
    ? string
    : string | undefined;
};

const NAME_PATTERN = { expression: /^[\w+=,.@-]+$/, text: "[\\w+=,.@-]+" };

function invalidName(member: string): string {
  return `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`;
}

function name(maxCharacters: number): TextRule {
  return { minCharacters: 1, maxCharacters, pattern: NAME_PATTERN, invalidMessage: invalidName };
}

/** The rules, by the kind of member. */
export const TEXT_RULES = {
  newUserName: name(64),
  userName: name(128),
  roleName: name(64),
  groupName: name(128),
  policyName: name(128),
  customSuffix: name(64),
  path: {
    minCharacters: 1,
    maxCharacters: 512,
    pattern: {
      expression: /^\/(?:[\u0021-\u007e]+\/)?$/,
      text: "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)",
    },
    invalidMessage: (member) =>
      `The specified value for ${member} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.`,
  },
  pathPrefix: {
    minCharacters: 1,
    maxCharacters: 512,
    pattern: { expression: /^\/[\u0021-\u007f]*$/, text: "\\u002F[\\u0021-\\u007F]*" },
  },
  policyPath: {
    minCharacters: 1,
    maxCharacters: 512,
    pattern: {
      expression: /^(?:\/[A-Za-z0-9.,+@=_-]+)*\/$/,
      text: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/",
    },
  },
  document: {
    minCharacters: 1,
    maxCharacters: 131_072,
    pattern: {
      expression: /^[\u0009\u000a\u000d\u0020-\u00ff]+$/,
      text: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
    },
  },
  arn: { minCharacters: 20, maxCharacters: 2048 },
  policyDescription: { minCharacters: 0, maxCharacters: 1000 },
  roleDescription: {
    minCharacters: 0,
    maxCharacters: 1000,
    pattern: {
      expression: /^[\u0009\u000a\u000d\u0020-\u007e\u00a1-\u00ff]*$/,
      text: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*",
    },
  },
  accessKeyId: {
    minCharacters: 16,
    maxCharacters: 128,
    pattern: { expression: /^\w+$/, text: "[\\w]+" },
  },
  versionId: {
    minCharacters: 0,
    maxCharacters: 128,
    pattern: {
      expression: /^v[1-9][0-9]*(?:\.[A-Za-z0-9-]*)?$/,
      text: "v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?",
    },
  },
  keyStatus: { minCharacters: 0, maxCharacters: 128, values: ["Active", "Inactive"] },
  policyScope: { minCharacters: 0, maxCharacters: 128, values: ["All", "AWS", "Local"] },
  entityFilter: {
    minCharacters: 0,
    maxCharacters: 128,
    values: ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"],
  },
  policyUsage: {
    minCharacters: 0,
    maxCharacters: 128,
    values: ["PermissionsPolicy", "PermissionsBoundary"],
  },
  serviceName: name(128),
  deletionTaskId: { minCharacters: 1, maxCharacters: 1000 },
  providerUrl: { minCharacters: 1, maxCharacters: 255 },
  clientId: { minCharacters: 1, maxCharacters: 255 },
  thumbprint: { minCharacters: 40, maxCharacters: 40 },
} as const satisfies Readonly<Record<string, TextRule>>;

/** A member that must be there. */
export function required(rule: TextRule): MemberRule<true> {
  return { rule, isRequired: true };
}

/** A member that may be left out. */
export function optional(rule: TextRule): MemberRule<false> {
  return { rule, isRequired: false };
}

/**
 * Checks all members that `rules` names.
 *
 * @throws IamError `ValidationError` that says all that is wrong
 */
export function checkMembers<Rules extends Readonly<Record<string, MemberRule>>>(
  input: { readonly [Name in keyof Rules]?: string | undefined },
  rules: Rules,
): CheckedMembers<Rules> {
  const violations: string[] = [];
  const checked: Record<string, string | undefined> = {};
  for (const [member, { rule, isRequired }] of Object.entries(rules)) {
    const value = input[member];
    checked[member] = value;
    if (value !== undefined) violations.push(...violationsOf(value, member, rule));
    else if (isRequired) violations.push(violation("null", member, "Member must not be null"));
  }
  throwViolations(violations);
  // Each name of `rules` was put there above, and a required one that is missing threw.
  return checked as CheckedMembers<Rules>;
}

/** What is wrong with a value, in the service's words. */
export function violationsOf(value: string, member: string, rule: TextRule): readonly string[] {
  const { minCharacters, maxCharacters, pattern, values, invalidMessage } = rule;
  const quoted = `'${value}'`;
  const found: string[] = [];
  if (values !== undefined && !values.includes(value)) {
    const text = `Member must satisfy enum value set: [${values.join(", ")}]`;
    found.push(violation(quoted, member, text));
  }
  if (value.length < minCharacters) {
    const text = `Member must have length greater than or equal to ${minCharacters}`;
    found.push(violation(quoted, member, text));
  }
  if (value.length > maxCharacters) {
    const text = `Member must have length less than or equal to ${maxCharacters}`;
    found.push(violation(quoted, member, text));
  } else if (pattern !== undefined && value !== "" && !pattern.expression.test(value)) {
    if (invalidMessage !== undefined) throw new IamError("ValidationError", invalidMessage(member));
    const text = `Member must satisfy regular expression pattern: ${pattern.text}`;
    found.push(violation(quoted, member, text));
  }
  return found;
}

/** One sentence of a `ValidationError`. */
export function violation(quotedValue: string, member: string, constraint: string): string {
  return `Value ${quotedValue} at '${member}' failed to satisfy constraint: ${constraint}`;
}

/** Throws a `ValidationError` unless there are none. */
export function throwViolations(violations: readonly string[]): void {
  if (violations.length === 0) return;
  const errors = violations.length === 1 ? "error" : "errors";
  const message = `${violations.length} validation ${errors} detected: ${violations.join("; ")}`;
  throw new IamError("ValidationError", message);
}
