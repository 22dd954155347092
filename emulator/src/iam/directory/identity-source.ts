/** The four letters that say what an id is of. */
export type IdPrefix = "AIDA" | "AROA" | "AGPA" | "ANPA" | "AKIA";

/**
 * Where ids, secrets and times come from: the directory itself has no randomness and no clock.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export interface IamIdentitySource {
  /** A fresh id: the prefix and 17 characters of `A-Z2-7`; of an access key (`AKIA`) 16. */
  newId(prefix: IdPrefix): string;
  /** A secret access key of 40 characters. */
  newSecret(): string;
  /** The emulator's clock. */
  now(): Date;
}
