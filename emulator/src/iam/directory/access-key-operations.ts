/** The operations on access keys. */
import type { DirectoryState } from "./directory-state.ts";
import { type AccessKeyMetadata, type CreatedAccessKey, describeAccessKey } from "./entities.ts";
import { IamError } from "./iam-error.ts";
import { IAM_QUOTAS } from "./iam-quotas.ts";
import type { AccessKeyRecord, UserRecord } from "./iam-snapshot.ts";
import { checkMembers, required, TEXT_RULES } from "./member-rules.ts";
import { type Page, type PageInput, paginate } from "./paginate.ts";
import { requireRoom } from "./quota.ts";
import type { UserNameInput } from "./user-operations.ts";

/** Names an access key and its user. */
export interface AccessKeyInput extends UserNameInput {
  readonly accessKeyId: string | undefined;
}

/** Answer of `GetAccessKeyLastUsed`. */
export interface AccessKeyUse {
  readonly userName: string;
  readonly accessKeyLastUsed: {
    /** Not there if the key was never used; then the other two are `N/A`. */
    readonly lastUsedDate?: Date;
    readonly serviceName: string;
    readonly region: string;
  };
}

/** The operations; each throws `IamError`. The API layer puts in the caller's name where none is given. */
export interface AccessKeyOperations {
  createAccessKey(input: UserNameInput): CreatedAccessKey;
  listAccessKeys(input: UserNameInput & PageInput): Page<AccessKeyMetadata>;
  updateAccessKey(input: AccessKeyInput & { readonly status: string | undefined }): void;
  deleteAccessKey(input: AccessKeyInput): void;
  getAccessKeyLastUsed(input: { readonly accessKeyId: string | undefined }): AccessKeyUse;
}

const USER_NAME = { userName: required(TEXT_RULES.userName) };
const KEY_ID = { accessKeyId: required(TEXT_RULES.accessKeyId) };
const KEY_OF_USER = { ...USER_NAME, ...KEY_ID };
const UPDATE_KEY = { ...KEY_OF_USER, status: required(TEXT_RULES.keyStatus) };

/** The operations on the access keys of a directory. */
export function accessKeyOperations(state: DirectoryState): AccessKeyOperations {
  const { users, accessKeys, keysOfUser, identities } = state;
  const keyOf = (user: UserRecord, accessKeyId: string): AccessKeyRecord => {
    const key = accessKeys.get(accessKeyId);
    if (key?.userId === user.id) return key;
    throw unknownKey(accessKeyId);
  };

  return {
    createAccessKey: (input) => {
      const user = users.require(checkMembers(input, USER_NAME).userName);
      const quota = IAM_QUOTAS.accessKeysPerUser;
      requireRoom(keysOfUser.countOf(user.id), "AccessKeysPerUser", quota);
      const key: AccessKeyRecord = {
        accessKeyId: identities.newId("AKIA"),
        secretAccessKey: identities.newSecret(),
        userId: user.id,
        status: "Active",
        createDate: state.now(),
      };
      state.addAccessKey(key);
      return { ...describeAccessKey(user, key), secretAccessKey: key.secretAccessKey };
    },

    listAccessKeys: (input) => {
      const user = users.require(checkMembers(input, USER_NAME).userName);
      const page = paginate(keysOfUser.of(user.id), ({ accessKeyId }) => accessKeyId, input);
      return { ...page, items: page.items.map((key) => describeAccessKey(user, key)) };
    },

    updateAccessKey: (input) => {
      const { userName, accessKeyId, status } = checkMembers(input, UPDATE_KEY);
      const key = keyOf(users.require(userName), accessKeyId);
      key.status = status === "Active" ? "Active" : "Inactive";
    },

    deleteAccessKey: (input) => {
      const { userName, accessKeyId } = checkMembers(input, KEY_OF_USER);
      const key = keyOf(users.require(userName), accessKeyId);
      accessKeys.delete(accessKeyId);
      keysOfUser.remove(key.userId, key);
    },

    getAccessKeyLastUsed: (input) => {
      const { accessKeyId } = checkMembers(input, KEY_ID);
      const key = accessKeys.get(accessKeyId);
      const user = key === undefined ? undefined : users.findById(key.userId);
      if (key === undefined || user === undefined) throw unknownKey(accessKeyId);
      const { lastUsed } = key;
      return {
        userName: user.name,
        accessKeyLastUsed:
          lastUsed === undefined
            ? { serviceName: "N/A", region: "N/A" }
            : {
                lastUsedDate: new Date(lastUsed.date),
                serviceName: lastUsed.service,
                region: lastUsed.region,
              },
      };
    },
  };
}

function unknownKey(accessKeyId: string): IamError {
  return new IamError("NoSuchEntity", `The Access Key with id ${accessKeyId} cannot be found.`);
}
