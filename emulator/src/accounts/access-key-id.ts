/**
 * Ids of access keys. As in AWS's, the account stands in them, so that `GetAccessKeyInfo` needs no
 * look-up.
 */
import { decodeBase32, encodeBase32 } from "../shared/index.ts";

/** 80 bits make the 16 characters behind the prefix. */
const ID_BYTES = 10n;
const ID_CHARACTERS = 16;
/** From the top: one bit that is set, 40 of the account, the rest random. */
const MARK = 1n << 79n;
const ACCOUNT_SHIFT = 39n;
const RANDOM_MASK = (1n << ACCOUNT_SHIFT) - 1n;

/**
 * A new id.
 *
 * @param random at least five random bytes
 */
export function makeAccessKeyId(
  prefix: "AKIA" | "ASIA",
  accountId: string,
  random: Uint8Array,
): string {
  let noise = 0n;
  for (const byte of random) noise = (noise << 8n) | BigInt(byte);
  const bits = MARK | (BigInt(accountId) << ACCOUNT_SHIFT) | (noise & RANDOM_MASK);
  const bytes = Uint8Array.from({ length: Number(ID_BYTES) }, (_, index) =>
    Number((bits >> (8n * (ID_BYTES - 1n - BigInt(index)))) & 255n),
  );
  return prefix + encodeBase32(bytes).toUpperCase();
}

/** The account that an id was made for; `undefined` if it is none of these ids. */
export function accountOfAccessKeyId(accessKeyId: string): string | undefined {
  if (!/^A[KS]IA/.test(accessKeyId)) return undefined;
  const bytes = decodeBase32(accessKeyId.slice("AKIA".length).toLowerCase());
  if (accessKeyId.length !== "AKIA".length + ID_CHARACTERS || bytes === undefined) return undefined;
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  if ((bits & MARK) === 0n) return undefined;
  const account = String((bits & ~MARK) >> ACCOUNT_SHIFT).padStart(12, "0");
  return account.length === 12 ? account : undefined;
}
