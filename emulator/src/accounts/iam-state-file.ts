/**
 * The file that keeps the IAM of all accounts in the data directory. It is replaced as a whole, so
 * that a process which is killed leaves either the old state or the new one.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DeclaredArns, IamSnapshot } from "../iam/index.ts";

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
  readonly path: string;
  #writing: Promise<void> = Promise.resolve();
  /** The write that has not begun yet, for all who ask while another one runs. */
  #next: Promise<void> | undefined;

  constructor(directory: string) {
    this.path = join(directory, FILE_NAME);
  }

  /**
   * What the file has; nothing if there is none.
   *
   * @throws Error that says what to do when it cannot be read or understood; it is left as it is
   */
  read(): readonly StoredAccount[] {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw new Error(
        `\`${this.path}\` cannot be read (${codeOf(error)}): make it readable for the user that runs the emulator`,
        { cause: error },
      );
    }
    const content = parse(text);
    if (content?.formatVersion === 1 && isListOfAccounts(content.accounts)) return content.accounts;
    throw new Error(
      `\`${this.path}\` is not a state of IAM that this version wrote: restore it, or remove it to begin with what the configuration declares`,
    );
  }

  /**
   * Keeps what `content` gives when the file is written; calls that come while it is written share
   * the next write.
   *
   * @throws Error when it cannot be written; the file is then as it was
   */
  write(content: () => readonly StoredAccount[]): Promise<void> {
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#replace(content());
        return this.#writing;
      });
    return this.#next;
  }

  async #replace(accounts: readonly StoredAccount[]): Promise<void> {
    const draft = `${this.path}.${randomUUID()}.tmp`;
    try {
      const file = await open(draft, "wx", 0o600);
      try {
        await file.writeFile(JSON.stringify({ formatVersion: 1, accounts } satisfies Content));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true });
      throw new Error(`\`${this.path}\` cannot be written (${codeOf(error)})`, { cause: error });
    }
  }
}

function parse(text: string): Partial<Content> | undefined {
  try {
    return JSON.parse(text) as Partial<Content>;
  } catch {
    return undefined;
  }
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

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}
