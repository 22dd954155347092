/** The two actions that an auth token can carry. */
export type AuthAction = "DbConnect" | "DbConnectAdmin";

/** The role that DSQL creates and manages; the only one that `DbConnectAdmin` opens. */
export const ADMIN_ROLE = "admin";

/**
 * The action that a connection as this requested user needs. The comparison is exact: `Admin` is a
 * custom role's name.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html
 */
export function requiredAuthAction(requestedUser: string): AuthAction {
  return requestedUser === ADMIN_ROLE ? "DbConnectAdmin" : "DbConnect";
}
