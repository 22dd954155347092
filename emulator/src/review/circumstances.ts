/** What is supposed of connections that nobody makes, and which context keys stay open by it. */
import type { Caller } from "../iam/index.ts";

/** What is not given stays open: what depends on it is told so. */
export interface Circumstances {
  /** Address of the client. */
  readonly sourceIp?: string | undefined;
  /** Whether a second factor was given. */
  readonly hasMfa?: boolean | undefined;
  /** When. */
  readonly at?: Date | undefined;
  readonly applicationName?: string | undefined;
}

const NETWORK_KEYS = ["aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"];
const MFA_KEYS = ["aws:multifactorauthpresent", "aws:multifactorauthage"];
const TIME_KEYS = ["aws:currenttime", "aws:epochtime", "aws:tokenissuetime"];
/** Whoever assumes a role decides on these. */
const SESSION_KEYS = ["aws:userid", "aws:sourceidentity", "aws:federatedprovider"];

/**
 * Lower-case names of the keys whose value nobody knows. Requests of a role's session are never seen
 * with a second factor.
 */
export function openKeys(circumstances: Circumstances, { kind }: Caller): ReadonlySet<string> {
  const { sourceIp, hasMfa, at, applicationName } = circumstances;
  const isRole = kind === "assumed-role";
  return new Set([
    ...(sourceIp === undefined ? NETWORK_KEYS : []),
    ...(hasMfa === undefined && !isRole ? MFA_KEYS : []),
    ...(at === undefined ? TIME_KEYS : []),
    ...(applicationName === undefined ? ["aws:useragent"] : []),
    ...(isRole ? SESSION_KEYS : []),
  ]);
}
