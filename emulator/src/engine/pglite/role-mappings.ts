/** Which IAM principals the database trusts with which roles, as far as transactions have committed. */

import { ADMIN_ROLE } from "../../dsql/index.ts";
import { queryFrame } from "../../pgwire/index.ts";
import type { FrontendFrame } from "../../session/index.ts";
import type { ChoreResult } from "./multiplexer-chore.ts";
import { READ_MAPPINGS_SQL } from "./sys-schema.ts";

/** That a principal may connect as a role. */
export interface RoleMapping {
  /** ARN of an IAM role or user. */
  readonly principalArn: string;
  /** The role's object id, which stays when its name changes. */
  readonly roleId: number;
  readonly roleName: string;
  /** Whether the role has LOGIN. */
  readonly canLogin: boolean;
}

/** Mappings and roles of a database at one moment. */
export interface RoleTables {
  readonly mappings: readonly RoleMapping[];
  /** Whether each role has LOGIN, by name; those of the system too. */
  readonly roles: ReadonlyMap<string, boolean>;
}

type MappingRow = readonly [arn: string, roleId: number, roleName: string, canLogin: boolean];
interface RowsOfTables {
  readonly mappings: readonly MappingRow[];
  readonly roles: readonly (readonly [name: string, canLogin: boolean])[];
}

/** The mappings and roles; undefined when the text is not one that `READ_MAPPINGS_SQL` gives. */
export function parseRoleMappings(text: string): RoleTables | undefined {
  let rows: RowsOfTables;
  try {
    rows = JSON.parse(text) as RowsOfTables;
  } catch {
    return undefined;
  }
  const mappings = rows.mappings.map(([principalArn, roleId, roleName, canLogin]) => ({
    principalArn,
    roleId,
    roleName,
    canLogin,
  }));
  return { mappings, roles: new Map(rows.roles) };
}

/** Runs messages before everything that waits, as this role. */
export type RunNext = (
  frames: readonly FrontendFrame[],
  databaseRole: string,
  onResult: (result: ChoreResult) => void,
) => void;

/**
 * The mappings of one engine. They are kept here, so that they can be asked for while a session has a
 * transaction open, and read again after every batch that may have changed them: what is in an open
 * transaction does not count.
 */
export interface RoleMappings {
  /** Reads them; nothing else is sent to the engine before they have come. */
  readNext(): void;
  /**
   * All of them, once nothing is being read.
   *
   * @throws Error when they could not be read
   */
  all(): Promise<readonly RoleMapping[]>;
  /**
   * All of them with the roles, once nothing is being read.
   *
   * @throws Error when they could not be read
   */
  tables(): Promise<RoleTables>;
  /** The mapping of this principal to this role, as of the last reading. */
  find(principalArn: string, roleId: number): RoleMapping | undefined;
}

/** Makes the mappings of an engine; the first reading is at the first question. */
export function createRoleMappings(runNext: RunNext): RoleMappings {
  let tables: RoleTables | undefined;
  let problem = "";
  let reading: Promise<void> | undefined;

  function readNext(): void {
    reading = new Promise((resolve) => {
      runNext([queryFrame(READ_MAPPINGS_SQL)], ADMIN_ROLE, (result) => {
        tables = parseRoleMappings(Buffer.from(result.value, "latin1").toString("utf8"));
        ({ problem } = result);
        resolve();
      });
    });
  }

  async function readTables(): Promise<RoleTables> {
    if (reading === undefined) readNext();
    for (let seen; seen !== reading;) {
      seen = reading;
      await seen;
    }
    if (tables === undefined) throw new Error(`the role mappings were not read: ${problem}`);
    return tables;
  }

  return {
    readNext,
    all: async () => (await readTables()).mappings,
    tables: readTables,
    find: (principalArn, roleId) =>
      tables?.mappings.find(
        (mapping) => mapping.principalArn === principalArn && mapping.roleId === roleId,
      ),
  };
}
