import { type CliIo, UsageFailure } from "./cli-command.ts";
import type { GivenArguments } from "./command-options.ts";

/** What an auth token is signed with. */
export interface TokenCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * The credentials of the options, else of the environment if both parts are set there; sources are
 * not mixed. `undefined` if neither has any.
 *
 * @throws UsageFailure when the options give only a part
 */
export function tokenCredentials(
  given: GivenArguments,
  env: CliIo["env"],
): TokenCredentials | undefined {
  const accessKeyId = given.text("access-key-id");
  const secretAccessKey = given.text("secret-access-key");
  const sessionToken = given.text("session-token");
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return credentials(accessKeyId, secretAccessKey, sessionToken);
  }
  if ([accessKeyId, secretAccessKey, sessionToken].some((part) => part !== undefined)) {
    throw new UsageFailure(
      "credentials are incomplete; give --access-key-id and --secret-access-key together",
    );
  }
  const environmentId = env["AWS_ACCESS_KEY_ID"] ?? "";
  const environmentSecret = env["AWS_SECRET_ACCESS_KEY"] ?? "";
  if (environmentId === "" || environmentSecret === "") return undefined;
  return credentials(environmentId, environmentSecret, env["AWS_SESSION_TOKEN"]);
}

function credentials(
  accessKeyId: string,
  secretAccessKey: string,
  sessionToken: string | undefined,
): TokenCredentials {
  return sessionToken === undefined || sessionToken === ""
    ? { accessKeyId, secretAccessKey }
    : { accessKeyId, secretAccessKey, sessionToken };
}
