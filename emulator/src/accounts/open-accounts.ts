/** From the configuration and the kept state to the accounts that the emulator runs with. */
import {
  type AccountMembership,
  type DeclaredAccount,
  type DeclaredArns,
  type IamSnapshot,
  declareAccount,
  restoreIamDirectory,
} from "../iam/index.ts";
import type { Clock } from "../shared/index.ts";
import { Accounts, type EmulatedAccount } from "./accounts.ts";
import { IamStateFile, type StoredAccount } from "./iam-state-file.ts";
import { declaredId, randomIdentities } from "./identity-source.ts";
import { SessionTokens } from "./session-tokens.ts";

/** An account as the configuration has it. */
export interface ConfiguredAccountParts {
  readonly declared: DeclaredAccount;
  readonly membership?: AccountMembership | undefined;
}

/** What accounts are opened from. */
export interface OpenAccountsOptions {
  readonly accounts: readonly ConfiguredAccountParts[];
  /** Where IAM is kept; `undefined` keeps it in memory. */
  readonly dataDirectory: string | undefined;
  /** At least 32 bytes. */
  readonly sessionKey: Uint8Array;
  readonly clock: Clock;
}

/** The accounts of a running emulator. */
export interface OpenedAccounts {
  readonly accounts: Accounts;
  readonly sessionTokens: SessionTokens;
  /** The accounts as the configuration declares them, without what the API has made. */
  readonly declared: () => readonly IamSnapshot[];
  /** @throws Error when the state cannot be written */
  readonly keep: () => Promise<void>;
}

/**
 * Opens the accounts: what the configuration declares is as it says, what the API made before stays.
 *
 * @throws Error when the kept state cannot be read
 */
export function openAccounts(options: OpenAccountsOptions): OpenedAccounts {
  const { dataDirectory, clock } = options;
  /** What the API was told has failed has not happened. */
  const takeBack = (kept: readonly StoredAccount[]): void => {
    for (const { directory } of opened) {
      const before = kept.find(({ snapshot }) => snapshot.accountId === directory.accountId);
      if (before !== undefined) directory.reset(before.snapshot);
    }
  };
  const file = dataDirectory === undefined ? undefined : new IamStateFile(dataDirectory, takeBack);
  const stored = file?.read() ?? [];
  const declaredArns = new Map<string, DeclaredArns>();
  const opened = options.accounts.map(({ declared, membership }): EmulatedAccount => {
    const { accountId } = declared;
    const before = stored.find(({ snapshot }) => snapshot.accountId === accountId);
    const open = (): EmulatedAccount => {
      const { snapshot, arns } = declareAccount(declared, {
        now: clock.now(),
        idFor: declaredId,
        stored: before?.snapshot,
        declaredBefore: before?.declared,
      });
      declaredArns.set(accountId, arns);
      const directory = restoreIamDirectory(snapshot, randomIdentities(accountId, clock));
      return { directory, membership };
    };
    return file === undefined || before === undefined ? open() : file.understand(open);
  });
  const sessionTokens = new SessionTokens(options.sessionKey, clock);
  const content = (): readonly StoredAccount[] => [
    ...opened.map(({ directory }) => ({
      snapshot: directory.snapshot(),
      declared: declaredArns.get(directory.accountId) ?? [],
    })),
    // An account that the configuration no longer has may come back.
    ...stored.filter(({ snapshot }) => !declaredArns.has(snapshot.accountId)),
  ];
  return {
    accounts: new Accounts({ accounts: opened, sessionTokens, clock }),
    sessionTokens,
    declared: () =>
      options.accounts.map(
        ({ declared }) =>
          declareAccount(declared, { now: clock.now(), idFor: declaredId }).snapshot,
      ),
    keep: async () => {
      await file?.write(content);
    },
  };
}
