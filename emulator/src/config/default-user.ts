import type { DeclaredUser } from "../iam/index.ts";
import {
  DEFAULT_ACCESS_KEY_ID,
  DEFAULT_POLICY_NAME,
  DEFAULT_USER_NAME,
  FULL_ACCESS,
} from "./defaults.ts";

/** The user that exists unless the file says otherwise. */
export function makeDefaultUser(secretAccessKey: string): DeclaredUser {
  return {
    name: DEFAULT_USER_NAME,
    path: "/",
    accessKeys: [{ id: DEFAULT_ACCESS_KEY_ID, secret: secretAccessKey, status: "Active" }],
    policies: [{ name: DEFAULT_POLICY_NAME, document: FULL_ACCESS }],
    managedPolicies: [],
    groups: [],
    tags: {},
    mfaDevices: [],
  };
}
