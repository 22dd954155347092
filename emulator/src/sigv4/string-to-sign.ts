/** Step 2 of SigV4: what is signed, from the canonical request. */
import { hash } from "node:crypto";
import type { AuthToken } from "./auth-token.ts";
import { ALGORITHM } from "./constants.ts";
import { formatScope } from "./credential-scope.ts";

/**
 * The four lines that the signature is made of: algorithm, time, scope, hashed canonical request.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html#create-string-to-sign
 */
export function stringToSign(
  request: Pick<AuthToken, "amzDate" | "credential">,
  canonicalRequest: string,
): string {
  const hashedRequest = hash("sha256", canonicalRequest, "hex");
  return `${ALGORITHM}\n${request.amzDate}\n${formatScope(request.credential)}\n${hashedRequest}`;
}
