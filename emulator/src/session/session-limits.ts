/** How long a session and its transactions may last, by the emulator's clock. */
import { LIMITS } from "../dsql/index.ts";

/** The limits of time. */
export interface SessionLimits {
  /** Age at which a session is closed, in seconds. */
  readonly maxSessionSeconds: number;
  /** Age at which a transaction can no longer be committed, in seconds. */
  readonly maxTransactionSeconds: number;
  /** Whether a session that is closed for its age is told so by FATAL 57P01. */
  readonly announcesExpiry: boolean;
}

/**
 * The limits of the service, which says nothing when it closes an old session.
 *
 * @see https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html
 */
export const DSQL_SESSION_LIMITS: SessionLimits = {
  maxSessionSeconds: LIMITS.maxConnectionAgeSeconds.value,
  maxTransactionSeconds: LIMITS.maxTransactionAgeSeconds.value,
  announcesExpiry: false,
};
