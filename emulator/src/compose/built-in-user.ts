import { DEFAULT_USER_NAME, type EmulatorConfig } from "../config/index.ts";

/** ARN of the user that exists unless the file says otherwise; `undefined` if it does not. */
export function builtInArn({ defaultUser }: EmulatorConfig): string | undefined {
  if (defaultUser === undefined) return undefined;
  return `arn:aws:iam::${defaultUser.accountId}:user/${DEFAULT_USER_NAME}`;
}
