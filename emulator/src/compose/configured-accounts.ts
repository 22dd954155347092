/** The accounts that the emulator starts with. */
import {
  type ConfiguredAccount,
  DEFAULT_ACCESS_KEY_ID,
  type EmulatorConfig,
  makeDefaultUser,
} from "../config/index.ts";
import { loadOrCreateCredentials } from "../stores/index.ts";

/** The accounts of the configuration, with the default user, whose secret is generated if need be. */
export function withDefaultUser(
  { accounts, defaultUser }: EmulatorConfig,
  stateDirectory: string,
): readonly ConfiguredAccount[] {
  if (defaultUser === undefined) return accounts;
  const { accountId, secretAccessKey } = defaultUser;
  const secret =
    secretAccessKey ??
    loadOrCreateCredentials(stateDirectory, DEFAULT_ACCESS_KEY_ID).secretAccessKey;
  return accounts.map((account) =>
    account.accountId === accountId
      ? { ...account, users: [makeDefaultUser(secret), ...account.users] }
      : account,
  );
}
