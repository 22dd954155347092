export { accountOfAccessKeyId } from "./access-key-id.ts";
export { Accounts } from "./accounts.ts";
export { declaredId } from "./identity-source.ts";
export { OidcTokens } from "./oidc-keys.ts";
export { OneTimePasswords } from "./one-time-password.ts";
export {
  type ConfiguredAccountParts,
  openAccounts,
  type OpenAccountsOptions,
  type OpenedAccounts,
} from "./open-accounts.ts";
