/**
 * Hides a secret for logs and messages: its length and nothing else.
 *
 * The only way in which a token, secret key or session token may be printed.
 */
export function redactSecret(secret: string): string {
  return `<redacted, ${secret.length} characters>`;
}

/**
 * An auth token that is safe to print: host, action, scope, dates and access key id stay,
 * the values of `X-Amz-Signature` and `X-Amz-Security-Token` go.
 */
export function redactAuthToken(token: string): string {
  if (!token.includes("X-Amz-")) return redactSecret(token);
  return token.replace(
    /(X-Amz-(?:Signature|Security-Token)=)([^&]*)/gi,
    (_match, name: string, value: string) => `${name}${redactSecret(value)}`,
  );
}
