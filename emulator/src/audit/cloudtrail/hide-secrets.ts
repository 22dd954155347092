/** What stands in place of a secret; CloudTrail says it of some itself. */
export const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";

const SECRETS: ReadonlySet<string> = new Set([
  "secretaccesskey",
  "sessiontoken",
  "webidentitytoken",
  "samlassertion",
  "tokencode",
  "password",
  "oldpassword",
  "newpassword",
  "base32stringseed",
  "qrcodepng",
  "authenticationcode1",
  "authenticationcode2",
]);

/** A copy without the values of members that are secrets by their name, at any depth. */
export function hideSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideSecrets);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return HIDDEN;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      member !== undefined && SECRETS.has(name.toLowerCase()) ? HIDDEN : hideSecrets(member),
    ]),
  );
}
