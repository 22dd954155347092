/**
 * Runs the shared backend as one database role after the other in such a way that no SQL of a
 * client leads back to the bootstrap superuser.
 *
 * PostgreSQL decides who may switch sessions by the *authenticated* user, which in a single-user
 * backend is the bootstrap superuser for good. Two ways around it, the first preferred:
 * `authenticated-user` overwrites that variable in the engine's memory; `security-context` puts the
 * backend in the state of a security-definer function, in which switching is refused altogether
 * (so that DISCARD ALL is refused as well).
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/utils/init/miscinit.c
 */

import { ADMIN_ROLE } from "../../dsql/index.ts";
import { InvariantViolation } from "../../shared/index.ts";
import type { Backend } from "./backend.ts";
import { findServerError, type ServerError } from "./backend-reply.ts";
import { SUPERUSER_ROLE, type SuperuserGuardName } from "./worker-protocol.ts";

/** `BOOTSTRAP_SUPERUSERID` of PostgreSQL. */
const BOOTSTRAP_SUPERUSER_ID = 10;
/** `SECURITY_LOCAL_USERID_CHANGE` of PostgreSQL. */
const SECURITY_LOCAL_USERID_CHANGE = 1;
/** The session, outer and current user stand together; the authenticated one is this near, in words. */
const NEIGHBOURHOOD_WORDS = 8;

/** Switches the backend between roles. */
export interface SuperuserGuard {
  readonly name: SuperuserGuardName;
  /**
   * Makes this role the session and current user; no transaction may be open.
   *
   * @returns PostgreSQL's error, and the role is as before, when there is no such role
   */
  become(role: string): ServerError | undefined;
}

/**
 * Sets up the guard of this name.
 *
 * @throws InvariantViolation when the engine's memory does not look as expected
 */
export function createSuperuserGuard(
  name: SuperuserGuardName,
  backend: Backend,
  memory: SharedArrayBuffer,
): SuperuserGuard {
  switch (name) {
    case "authenticated-user":
      return authenticatedUserGuard(backend, memory);
    case "security-context":
      return securityContextGuard(backend);
  }
}

function authenticatedUserGuard(backend: Backend, memory: SharedArrayBuffer): SuperuserGuard {
  const { module } = backend;
  const words = new Uint32Array(memory);
  const address = findAuthenticatedUser(backend, words);
  return {
    name: "authenticated-user",
    become(role) {
      words[address] = BOOTSTRAP_SUPERUSER_ID;
      const error = findServerError(backend.query(switchSql(role)));
      words[address] = module._GetSessionUserId();
      return error;
    },
  };
}

function securityContextGuard(backend: Backend): SuperuserGuard {
  const { module } = backend;
  return {
    name: "security-context",
    become(role) {
      module._SetUserIdAndSecContext(module._GetSessionUserId(), 0);
      const error = findServerError(backend.query(switchSql(role)));
      const userId = module._GetSessionUserId();
      const isSuperuser = userId === BOOTSTRAP_SUPERUSER_ID;
      module._SetUserIdAndSecContext(userId, isSuperuser ? 0 : SECURITY_LOCAL_USERID_CHANGE);
      return error;
    },
  };
}

function switchSql(role: string): string {
  return `RESET ROLE; SET SESSION AUTHORIZATION ${quoteRole(role)}`;
}

/** As an identifier in ASCII, since the client_encoding of the session before may be any. */
function quoteRole(role: string): string {
  const quoted = role.replaceAll('"', '""');
  if (/^[\x20-\x7e]*$/.test(quoted)) return `"${quoted}"`;
  const escaped = Array.from(quoted.replaceAll("\\", "\\\\"), (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x7f ? character : `\\+${code.toString(16).padStart(6, "0")}`;
  });
  return `U&"${escaped.join("")}"`;
}

/** Index of the word that holds the authenticated user. */
function findAuthenticatedUser(backend: Backend, words: Uint32Array): number {
  backend.command(`SET SESSION AUTHORIZATION "${ADMIN_ROLE}"`);
  const userId = backend.module._GetSessionUserId();
  const pattern = Buffer.from(Uint32Array.of(userId, userId, userId).buffer);
  const bytes = Buffer.from(words.buffer);
  const found: number[] = [];
  for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) {
    if (at % 4 === 0) found.push(...superuserWordsNear(words, at / 4));
  }
  backend.command(`SET SESSION AUTHORIZATION "${SUPERUSER_ROLE}"`);
  const [address, ...others] = found;
  if (address === undefined || others.length > 0) {
    throw new InvariantViolation(
      `found ${found.length} places for PostgreSQL's authenticated user`,
    );
  }
  return address;
}

function superuserWordsNear(words: Uint32Array, center: number): number[] {
  const found: number[] = [];
  for (
    let index = center - NEIGHBOURHOOD_WORDS;
    index <= center + NEIGHBOURHOOD_WORDS;
    index += 1
  ) {
    if (words[index] === BOOTSTRAP_SUPERUSER_ID) found.push(index);
  }
  return found;
}
