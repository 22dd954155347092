/** What cures each of the mistakes behind a wrong signature, in the emulator's voice. */
import type { SigningMistakeKind } from "./token-changes.ts";

const ONE_SIGNATURE = "a token cannot be edited after it was signed";

/** All kinds of mistakes that are tried, with what to do; docs/errors.md has the same list. */
export const SIGNING_CURES: Readonly<Record<SigningMistakeKind, string>> = {
  "secret-damaged":
    "copy the secret access key again, without white space, quotation marks or encoding around it",
  "secret-of-other-key": "use the access key id and the secret access key of the same access key",
  "secret-is-no-secret":
    "give the signer the secret access key where it has the access key id or the session token now",
  "host-port":
    "sign the cluster's endpoint without a port; the port belongs to the connection only",
  "host-case": "sign the endpoint in the same letters as the token has it: in lower case",
  "host-of-other-cluster": `make a token for the endpoint that you connect to: ${ONE_SIGNATURE}`,
  "action-changed": `make a token for the action that the role needs (\`DbConnectAdmin\` for admin, else \`DbConnect\`): ${ONE_SIGNATURE}`,
  "lifetime-changed": `give the lifetime to the signer in place of editing \`X-Amz-Expires\`: ${ONE_SIGNATURE}`,
  "date-changed": `make a new token in place of editing \`X-Amz-Date\`: ${ONE_SIGNATURE}`,
  "session-token-added":
    "give the session token to the signer together with the key, so that it is signed too",
  "session-token-damaged":
    "pass the token on as the signer made it: do not decode, encode or rebuild its query",
  "scope-changed": `give the signer the cluster's region and the service \`dsql\`: ${ONE_SIGNATURE}`,
  "signing-key-of-other-scope":
    "derive the signing key for the region and the service of the scope: the cluster's region and `dsql`",
  "signing-key-of-other-day":
    "derive the signing key anew for each day (UTC), or leave it to an AWS SDK",
  "payload-hash": "sign the SHA-256 of an empty payload, which is what DSQL's token generators do",
  method: "sign the request as a GET",
  path: "sign the path `/`",
  "parameter-order": "sort the parameters by name before you sign them",
  "parameter-encoding":
    "percent-encode the names and values of the parameters once before you sign them",
};
