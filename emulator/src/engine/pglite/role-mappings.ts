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

type MappingRow = readonly [arn: string, roleId: number, roleName: string, canLogin: boolean];

/** The mappings; undefined when the text is not one that `READ_MAPPINGS_SQL` gives. */
export function parseRoleMappings(text: string): readonly RoleMapping[] | undefined {
  let rows: readonly MappingRow[];
  try {
    rows = JSON.parse(text) as readonly MappingRow[];
  } catch {
    return undefined;
  }
  return rows.map(([principalArn, roleId, roleName, canLogin]) => ({
    principalArn,
    roleId,
    roleName,
    canLogin,
  }));
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
  /** The mapping of this principal to this role, as of the last reading. */
  find(principalArn: string, roleId: number): RoleMapping | undefined;
}

/** Makes the mappings of an engine; the first reading is at the first question. */
export function createRoleMappings(runNext: RunNext): RoleMappings {
  let mappings: readonly RoleMapping[] | undefined;
  let problem = "";
  let reading: Promise<void> | undefined;

  function readNext(): void {
    reading = new Promise((resolve) => {
      runNext([queryFrame(READ_MAPPINGS_SQL)], ADMIN_ROLE, (result) => {
        mappings = parseRoleMappings(Buffer.from(result.value, "latin1").toString("utf8"));
        ({ problem } = result);
        resolve();
      });
    });
  }

  return {
    readNext,
    all: async () => {
      if (reading === undefined) readNext();
      for (let seen; seen !== reading;) {
        seen = reading;
        await seen;
      }
      if (mappings === undefined) throw new Error(`the role mappings were not read: ${problem}`);
      return mappings;
    },
    find: (principalArn, roleId) =>
      mappings?.find(
        (mapping) => mapping.principalArn === principalArn && mapping.roleId === roleId,
      ),
  };
}
