/** The access key of the token exists and is active. */
import type { AuthToken } from "../../sigv4/index.ts";
import type { AccessKey } from "../connection-attempt.ts";
import type { StepOutcome } from "../pipeline.ts";
import type { AccessKeyStore } from "../ports.ts";
import { refuse } from "../refusal.ts";

/** Makes the step that finds the token's access key. */
export function resolveAccessKey(
  accessKeys: AccessKeyStore,
): (facts: { readonly token: AuthToken }) => StepOutcome<{ accessKey: AccessKey }> {
  return ({ token }) => {
    const { accessKeyId } = token.credential;
    const accessKey = accessKeys.findAccessKey(accessKeyId);
    if (accessKey === undefined) {
      const reason = `no access key \`${accessKeyId}\` exists in the emulator`;
      return {
        kind: "refuse",
        saw: { accessKeyId },
        refusal: refuse("access_key_unknown", reason),
      };
    }
    const saw = { accessKeyId, status: accessKey.status, principal: accessKey.principal.arn };
    if (accessKey.status === "Inactive") {
      const reason = `access key \`${accessKeyId}\` of ${accessKey.principal.arn} is Inactive`;
      return { kind: "refuse", saw, refusal: refuse("access_key_inactive", reason) };
    }
    return { kind: "continue", facts: { accessKey }, saw };
  };
}
