import type { AccountId } from "../dsql/index.ts";
import { parsePolicyDocument } from "../iam/index.ts";
import { InvariantViolation } from "../shared/index.ts";
import {
  DEFAULT_ACCESS_KEY_ID,
  DEFAULT_POLICY_NAME,
  DEFAULT_USER_NAME,
  FULL_ACCESS,
} from "./defaults.ts";
import type { ConfiguredUser } from "./emulator-config.ts";

/**
 * The user that exists unless the file says otherwise.
 *
 * @param secretAccessKey `undefined` if it is to be generated at first start
 */
export function makeDefaultUser(
  accountId: AccountId,
  secretAccessKey: string | undefined,
): ConfiguredUser {
  const parsed = parsePolicyDocument(FULL_ACCESS);
  if (parsed.kind === "malformed") throw new InvariantViolation("the default policy is malformed");
  const arn = `arn:aws:iam::${accountId}:user/${DEFAULT_USER_NAME}`;
  return {
    accountId,
    name: DEFAULT_USER_NAME,
    path: "/",
    arn,
    accessKeys: [{ accessKeyId: DEFAULT_ACCESS_KEY_ID, secretAccessKey, status: "Active" }],
    tags: {},
    policies: [
      {
        document: parsed.document,
        source: { kind: "inline", name: DEFAULT_POLICY_NAME, attachedTo: arn },
      },
    ],
  };
}
