/** Keys of the Key Management Service, by name; the emulator has none of its own. */
import type { ClusterScope } from "./cluster-records.ts";

/** The word for the key that AWS owns. */
export const AWS_OWNED_KMS_KEY = "AWS_OWNED_KMS_KEY";

/**
 * ARN of the key that a request names by ARN, id or alias; `undefined` for AWS's own. Chosen: an
 * alias stays one, since nobody knows here which key it stands for.
 */
export function kmsKeyArn(
  { region, accountId }: ClusterScope,
  kmsEncryptionKey: string | undefined,
): string | undefined {
  if (kmsEncryptionKey === undefined || kmsEncryptionKey === AWS_OWNED_KMS_KEY) return undefined;
  if (kmsEncryptionKey.startsWith("arn:")) return kmsEncryptionKey;
  const name = kmsEncryptionKey.startsWith("alias/") ? kmsEncryptionKey : `key/${kmsEncryptionKey}`;
  return `arn:aws:kms:${region}:${accountId}:${name}`;
}
