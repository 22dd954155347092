/** The signature is what the access key's secret gives for this token. */
import type { AccessKey, Caller } from "../../iam/index.ts";
import {
  type AuthToken,
  diagnoseSignature,
  SIGNING_CURES,
  type SigningKeyCache,
  verifySignature,
} from "../../sigv4/index.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { SignatureSurroundings } from "../ports.ts";
import { refuse, withFix } from "../refusal.ts";

/**
 * Makes the step that recomputes the signature, and so proves who signed. What else may have been signed
 * is asked only when the signature is wrong.
 */
export function checkSignature(
  keyCache: SigningKeyCache,
  surroundings?: SignatureSurroundings,
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
    const { canonicalRequest, stringToSign, computedSignaturePrefix } = result;
    const around = surroundings?.signingSurroundings();
    const { mistake, tried } = diagnoseSignature(token, secretAccessKey, around);
    const why =
      mistake?.description ?? "wrong secret access key, or the token was changed after signing";
    const diagnosis = mistake?.kind ?? `none of ${tried} usual mistakes gives this signature`;
    return {
      kind: "refuse",
      saw: { accessKeyId, diagnosis, canonicalRequest, stringToSign, computedSignaturePrefix },
      refusal: withFix(
        refuse(
          "signature_mismatch",
          `signature is not the one that the secret of \`${accessKeyId}\` gives: ${why}`,
        ),
        mistake && SIGNING_CURES[mistake.kind],
      ),
    };
  };
}
