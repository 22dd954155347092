/** The one-time password that a request may bring. */
import type { QueryCall } from "../query/answer-query.ts";
import { QueryError } from "../query/query-error.ts";

/** What a request says of a device. */
export interface SecondFactorMembers {
  readonly serialNumber: string | undefined;
  readonly tokenCode: string | undefined;
}

/**
 * When the second factor was given: now, or never.
 *
 * @throws QueryError `AccessDenied` if it is not that of a device of the calling user
 */
export function checkSecondFactor(
  { serialNumber, tokenCode }: SecondFactorMembers,
  { caller, directory, sts, clock }: QueryCall,
): Date | undefined {
  if (serialNumber === undefined && tokenCode === undefined) return undefined;
  if (serialNumber === undefined || tokenCode === undefined) {
    throw denied("must provide both MFA serial number and one time pass code.");
  }
  const seed =
    caller.kind === "user" && caller.session === undefined
      ? directory.findMfaSeed(caller.userId, serialNumber)
      : undefined;
  if (seed === undefined) {
    throw denied(
      "unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    );
  }
  const now = clock.now();
  if (sts.oneTimePasswords.take(seed, tokenCode, now)) return now;
  throw denied("with invalid MFA one time pass code.");
}

function denied(why: string): QueryError {
  return new QueryError(
    "AccessDenied",
    403,
    `MultiFactorAuthentication failed${why.startsWith("with") ? " " : ", "}${why}`,
  );
}
