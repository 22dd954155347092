/** The signature is what the access key's secret gives for this token. */
import type { AccessKey, Caller } from "../../iam/index.ts";
import { type AuthToken, type SigningKeyCache, verifySignature } from "../../sigv4/index.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";

/** Makes the step that recomputes the signature, and so proves who signed. */
export function checkSignature(
  keyCache: SigningKeyCache,
): (facts: {
  readonly token: AuthToken;
  readonly accessKey: AccessKey;
}) => StepOutcome<{ signer: Caller }> {
  return ({ token, accessKey }) => {
    const { secretAccessKey, accessKeyId } = accessKey;
    const result = verifySignature({ token, secretAccessKey, keyCache });
    if (result.kind === "match") {
      const signer = accessKey.caller;
      return { kind: "continue", facts: { signer }, saw: { accessKeyId, signer: signer.arn } };
    }
    const { canonicalRequest, stringToSign, computedSignaturePrefix, mistake } = result;
    const why = mistake ?? "wrong secret access key, or the token was changed after signing";
    return {
      kind: "refuse",
      saw: { accessKeyId, canonicalRequest, stringToSign, computedSignaturePrefix },
      refusal: refuse(
        "signature_mismatch",
        `signature is not the one that the secret of \`${accessKeyId}\` gives: ${why}`,
      ),
    };
  };
}
