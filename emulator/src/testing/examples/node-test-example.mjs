import { test } from "node:test";
import postgres from "postgres";
import {
  assertAdmitted,
  assertRefused,
  policy,
  postgresJsOptions,
  principals,
  startEmulator,
} from "../index.ts";

test("a user without a policy for admin is refused", async () => {
  const owner = principals.user("owner", [policy.allow("dsql:DbConnectAdmin")]);
  const guest = principals.user("guest");
  const emulator = await startEmulator({
    config: { accounts: [{ id: "123456789012", users: [owner, guest] }] },
  });
  const clientOf = (user) => {
    const credentials = principals.credentialsOf(user);
    return postgres({ ...postgresJsOptions(emulator, { credentials }), max: 1 });
  };
  const [ofOwner, ofGuest] = [clientOf(owner), clientOf(guest)];
  try {
    await assertAdmitted(ofOwner`SELECT 1`, { as: "admin", principal: principals.arnOf(owner) });
    await assertRefused(ofGuest`SELECT 1`, { reason: "iam_denied", sqlState: "08006" });
  } finally {
    await Promise.all([ofOwner.end(), ofGuest.end()]);
    await emulator.stop();
  }
});
