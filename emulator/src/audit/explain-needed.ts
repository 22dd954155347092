/** What is needed for a refused connection, as lines that can be copied. */
import type {
  NeededAccess,
  NeededDeny,
  NeededGrant,
  NeededPermissions,
  NeededWidening,
} from "../auth/index.ts";
import { policyTypeName } from "../iam/index.ts";

const INDENT = "    ";

/** The lines; each of them with an indentation of two at least. */
export function explainNeeded(needed: NeededPermissions): string[] {
  const { principal, cluster, access, grant } = needed;
  return [
    ...(access === null ? [] : accessLines(access, principalText(principal))),
    ...(grant === null ? [] : grantLines(grant, cluster)),
  ];
}

/** A user or role in words. */
export function principalText({ kind, name, arn }: NeededPermissions["principal"]): string {
  return kind === "root" ? `the root user (${arn})` : `${kind} \`${name}\` (${arn})`;
}

function accessLines({ policy, widenings, denies }: NeededAccess, principal: string): string[] {
  return [
    ...denyLines(denies),
    ...(policy === null ? [] : [`  attach this policy to ${principal}:`, ...policyLines(policy)]),
    ...widenings.flatMap(wideningLines),
  ];
}

/** The statements that deny, and that nothing else helps. */
export function denyLines(denies: readonly NeededDeny[]): string[] {
  if (denies.length === 0) return [];
  return [
    "  no allow helps against an explicit deny: remove or narrow",
    ...denies.map((deny) => `${INDENT}${denyText(deny)}`),
  ];
}

function denyText({ policyType, policy, statementIndex, sid }: NeededDeny): string {
  const name = sid === null ? `number ${statementIndex}` : `\`${sid}\``;
  return `statement ${name} of the ${policyTypeName(policyType)} ${policyText(policy)}`;
}

/** A policy document as JSON, a statement on each line. */
export function policyLines(policy: {
  readonly Version: string;
  readonly Statement: readonly object[];
}): string[] {
  const statements = policy.Statement.map(
    (statement) => `${INDENT}    ${statementText(statement)}`,
  );
  return [
    `${INDENT}{`,
    `${INDENT}  "Version": "${policy.Version}",`,
    `${INDENT}  "Statement": [`,
    ...statements.map((line, index) => (index < statements.length - 1 ? `${line},` : line)),
    `${INDENT}  ]`,
    `${INDENT}}`,
  ];
}

function statementText(statement: object): string {
  const members = Object.entries(statement).map(
    ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{ ${members.join(", ")} }`;
}

/** The limit that lacks a statement, and the statement. */
export function wideningLines({ policyType, policy, level, statement }: NeededWidening): string[] {
  const type = policyTypeName(policyType);
  const at = level === null ? "" : `, level ${level} of the organization counted from its root`;
  const where =
    policy === null
      ? `a ${type}${at}; none is there that you can change`
      : `the ${type} ${policyText(policy)}${at}`;
  return [`  add this statement to ${where}:`, `${INDENT}${statementText(statement)}`];
}

function policyText({ name, attachedTo, arn }: NeededDeny["policy"]): string {
  const which = arn === undefined ? `\`${name}\`` : `\`${name}\` (${arn})`;
  return `${which}, attached to ${attachedTo}`;
}

/** The SQL that maps the principal to the role. */
export function grantLines({ state, statements }: NeededGrant, cluster: string): string[] {
  const doubt =
    state === "missing" ? "" : ", if it has not been done yet (nobody has looked so far)";
  return [
    `  run as \`admin\` in ${cluster}${doubt}:`,
    ...statements.map((line) => `${INDENT}${line}`),
  ];
}
