/** The file that keeps the IAM of all accounts in the data directory. */
import { join } from "node:path";
import type { DeclaredArns, IamSnapshot } from "../iam/index.ts";
import { JsonStateFile } from "../stores/index.ts";

const FILE_NAME = "iam.json";

/** What is kept of one account. */
export interface StoredAccount {
  readonly snapshot: IamSnapshot;
  /** ARNs of what the configuration declared. */
  readonly declared: DeclaredArns;
}

interface Content {
  readonly formatVersion: 1;
  readonly accounts: readonly StoredAccount[];
}

/** The file in a directory. */
export class IamStateFile {
  readonly #file: JsonStateFile<Content>;

  /** @param onFailedWrite told what the file has when it could not be replaced */
  constructor(
    directory: string,
    onFailedWrite: (kept: readonly StoredAccount[]) => void = () => undefined,
  ) {
    this.#file = new JsonStateFile(join(directory, FILE_NAME), {
      onFailedWrite: () => {
        onFailedWrite(this.read());
      },
    });
  }

  /**
   * What the file has; nothing if there is none.
   *
   * @throws StateFileError when it cannot be read or understood; it is left as it is
   */
  read(): readonly StoredAccount[] {
    return this.#file.read(isContent)?.accounts ?? [];
  }

  /**
   * Keeps what `content` gives when the file is written.
   *
   * @throws StateFileError when it cannot be written; the file is then as it was
   */
  write(content: () => readonly StoredAccount[]): Promise<void> {
    return this.#file.write(() => ({ formatVersion: 1, accounts: content() }));
  }

  /**
   * Makes something of what was read.
   *
   * @throws StateFileError when it fails: no emulator wrote that
   */
  understand<Result>(make: () => Result): Result {
    try {
      return make();
    } catch (error) {
      throw this.#file.notUnderstood(error);
    }
  }
}

function isContent(json: unknown): json is Content {
  const { formatVersion, accounts } = (json ?? {}) as Partial<Content>;
  return formatVersion === 1 && isListOfAccounts(accounts);
}

/** A look at the outside of what JSON has: that no later version or other program wrote it. */
function isListOfAccounts(value: unknown): value is readonly StoredAccount[] {
  return (
    Array.isArray(value) &&
    value.every((account: Partial<StoredAccount> | null) => {
      const snapshot: Partial<Record<keyof IamSnapshot, unknown>> | undefined = account?.snapshot;
      return (
        Array.isArray(account?.declared) &&
        typeof snapshot === "object" &&
        snapshot.formatVersion === 1 &&
        typeof snapshot.accountId === "string" &&
        RECORD_LISTS.every((list) => Array.isArray(snapshot[list]))
      );
    })
  );
}

const RECORD_LISTS = [
  "users",
  "groups",
  "roles",
  "policies",
  "accessKeys",
  "openIdConnectProviders",
  "deletionTasks",
] as const satisfies readonly (keyof IamSnapshot)[];
