/** The access key of the token exists and is active. */
import type { AccessKey, AccessKeyLookup } from "../../iam/index.ts";
import type { AuthToken } from "../../sigv4/index.ts";
import type { StepOutcome } from "../pipeline.ts";
import { refuse } from "../refusal.ts";

/** Makes the step that finds the token's access key. */
export function resolveAccessKey(
  accessKeys: AccessKeyLookup,
): (facts: { readonly token: AuthToken }) => Promise<StepOutcome<{ accessKey: AccessKey }>> {
  return async ({ token }) => {
    const { accessKeyId } = token.credential;
    const found = await accessKeys.findAccessKey(accessKeyId, token.securityToken);
    if (found.kind === "unknown") {
      return {
        kind: "refuse",
        saw: { accessKeyId },
        refusal: refuse("access_key_unknown", found.reason),
      };
    }
    const { accessKey } = found;
    const { arn } = accessKey.caller;
    const saw = { accessKeyId, status: accessKey.status, principal: arn };
    if (accessKey.status === "Inactive") {
      const reason = `access key \`${accessKeyId}\` of ${arn} is Inactive`;
      return { kind: "refuse", saw, refusal: refuse("access_key_inactive", reason) };
    }
    return { kind: "continue", facts: { accessKey }, saw };
  };
}
