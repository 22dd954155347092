/** Where the ids and secrets of the accounts come from. */
import { createHash, randomBytes } from "node:crypto";
import type { IamIdentitySource, IdPrefix } from "../iam/index.ts";
import { type Clock, encodeBase32 } from "../shared/index.ts";
import { makeAccessKeyId } from "./access-key-id.ts";

/** Characters behind the prefix of an id. */
const ID_CHARACTERS = 17;
const ID_BYTES = 11;
const SECRET_BYTES = 30;
const KEY_ID_BYTES = 5;

/** Random ids and secrets for one account. */
export function randomIdentities(accountId: string, clock: Clock): IamIdentitySource {
  return {
    newId: (prefix) =>
      prefix === "AKIA"
        ? makeAccessKeyId(prefix, accountId, randomBytes(KEY_ID_BYTES))
        : idOf(prefix, randomBytes(ID_BYTES)),
    newSecret: () => randomBytes(SECRET_BYTES).toString("base64"),
    now: () => clock.now(),
  };
}

/** The id of a declared entity: the same at each start, so that policies can name it. */
export function declaredId(prefix: IdPrefix, arn: string): string {
  return idOf(prefix, createHash("sha256").update(arn).digest());
}

function idOf(prefix: IdPrefix, bytes: Uint8Array): string {
  return prefix + encodeBase32(bytes).slice(0, ID_CHARACTERS).toUpperCase();
}
