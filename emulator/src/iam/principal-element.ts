/**
 * `Principal` and `NotPrincipal`: parsing, and how an element names the one who asks.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import { isObject, listOf, type ReportProblem } from "./policy-problem.ts";
import type { ElementText } from "./policy-document.ts";
import type { RequestPrincipal } from "./request-context.ts";

/** `Principal` or `NotPrincipal` of a statement. */
export interface PrincipalElement {
  readonly written: ElementText;
  /** Whether everybody is named, with `"*"` or `{"AWS": "*"}`. */
  readonly isEverybody: boolean;
  /** Accounts that are named, by id or as `…:root`. */
  readonly accounts: readonly string[];
  /** ARNs of users, roles and sessions. */
  readonly arns: readonly string[];
  readonly federated: readonly string[];
  readonly services: readonly string[];
}

/**
 * How a principal is named: for itself, by its role or (a federated session) its user, as one of an
 * account, or not at all. What else must allow depends on it.
 */
export type PrincipalMatch = "direct" | "issuer" | "account" | "none";

const KINDS: readonly string[] = ["AWS", "Federated", "Service", "CanonicalUser"];
const ACCOUNT = /^(?:(\d{12})|arn:[\w-]+:iam::(\d{12}):root)$/;
const PRINCIPAL_ARN =
  /^arn:[\w-]+:(?:iam::\d{12}:(?:user|role)\/[^*?]+|sts::\d{12}:(?:assumed-role\/[^*?/]+\/[^*?/]+|federated-user\/[^*?]+))$/;
/** What a deleted user or role becomes in a policy: it names nobody. */
const UNIQUE_ID = /^A[A-Z]{3}[A-Z0-9]{12,124}$/;
const SERVICE = /^[\w-]+(?:\.[\w-]+)+$/;

/** Parses the value of a `Principal` or `NotPrincipal`. */
export function parsePrincipalElement(
  json: unknown,
  isNegated: boolean,
  path: string,
  report: ReportProblem,
): PrincipalElement {
  const written: { text: string }[] = [];
  const named = { accounts: new Array<string>(), arns: new Array<string>() };
  const federated: string[] = [];
  const services: string[] = [];
  let isEverybody = json === "*";
  if (isEverybody) written.push({ text: "*" });
  else if (!isObject(json)) report(path, "must be `*` or an object");
  else if (Object.keys(json).length === 0) report(path, "must not be empty");
  for (const [kind, value] of Object.entries(isObject(json) ? json : {})) {
    if (!KINDS.includes(kind)) {
      report(`${path}.${kind}`, `must be one of ${KINDS.join(", ")}`);
      continue;
    }
    for (const { item, itemPath } of listOf(value, `${path}.${kind}`, report)) {
      if (typeof item !== "string") {
        report(itemPath, "must be a string");
        continue;
      }
      written.push({ text: `${kind}:${item}` });
      if (kind === "AWS" && item === "*") isEverybody = true;
      else if (kind === "AWS") addPrincipal(item, named, itemPath, report);
      else if (kind === "Service" && !SERVICE.test(item)) {
        report(itemPath, "must be a service principal such as `ec2.amazonaws.com`");
      } else if (kind === "Federated" && (item === "" || /[*?]/.test(item))) {
        report(itemPath, "must name a provider");
      } else if (kind === "Service") services.push(item);
      else if (kind === "Federated") federated.push(item);
    }
  }
  return { written: { isNegated, patterns: written }, isEverybody, ...named, federated, services };
}

function addPrincipal(
  item: string,
  { accounts, arns }: { readonly accounts: string[]; readonly arns: string[] },
  path: string,
  report: ReportProblem,
): void {
  const account = ACCOUNT.exec(item);
  if (account !== null) accounts.push(account[1] ?? account[2] ?? "");
  else if (PRINCIPAL_ARN.test(item)) arns.push(item);
  else if (!UNIQUE_ID.test(item)) {
    report(path, "must be `*`, an account, or the ARN of a user, role or session");
  }
}

/** How an element, as `Principal`, names who asks. */
export function matchPrincipal(
  element: PrincipalElement,
  principal: RequestPrincipal,
): PrincipalMatch {
  if (element.isEverybody) return "direct";
  const { kind, arn, accountId, issuerArn } = principal;
  if (kind === "service") return element.services.includes(arn) ? "direct" : "none";
  if (kind === "web-identity") return element.federated.includes(arn) ? "direct" : "none";
  if (element.arns.includes(arn)) return "direct";
  if (issuerArn !== undefined && element.arns.includes(issuerArn)) return "issuer";
  if (!element.accounts.includes(accountId)) return "none";
  return kind === "root" ? "direct" : "account";
}

/**
 * Whether a `NotPrincipal` leaves out who asks. The chain above a principal must be there too: its
 * account, and the role of a session. A session need not be there itself, unless another session of
 * its role is.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
export function isExcepted(element: PrincipalElement, principal: RequestPrincipal): boolean {
  const { kind, arn, accountId, issuerArn } = principal;
  if (element.isEverybody) return true;
  if (kind === "service" || kind === "web-identity") {
    return matchPrincipal(element, principal) === "direct";
  }
  if (!element.accounts.includes(accountId)) return false;
  if (kind === "root") return true;
  if (issuerArn === undefined) return element.arns.includes(arn);
  const sessions = arn.slice(0, arn.lastIndexOf("/") + 1);
  return (
    element.arns.includes(issuerArn) &&
    (element.arns.includes(arn) || !element.arns.some((other) => other.startsWith(sessions)))
  );
}
