/** Temporary credentials of a role, without an SDK. */
import { type Credentials, signForm } from "./presign.ts";
import type { TestEmulator } from "./test-emulator.ts";

/** Which role, and how. */
export interface AssumeRoleOptions {
  /** Its ARN, or the name of a role of the emulator's default account. */
  readonly role: string;
  /** Who assumes it; the emulator's administrator by default. */
  readonly credentials?: Credentials;
  /** `test` by default. */
  readonly sessionName?: string;
  /** From 900; 3600 by default. */
  readonly durationSeconds?: number;
}

/**
 * Assumes a role with the emulator's STS.
 *
 * @throws Error with the answer of STS when it refuses
 */
export async function assumeRole(
  emulator: TestEmulator,
  options: AssumeRoleOptions,
): Promise<Required<Credentials>> {
  const { role, credentials = emulator.credentials, sessionName = "test" } = options;
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn: role.startsWith("arn:") ? role : `arn:aws:iam::${emulator.accountId}:role/${role}`,
    RoleSessionName: sessionName,
    DurationSeconds: String(options.durationSeconds ?? 3600),
  }).toString();
  const url = new URL(`${emulator.http.url}/`);
  const signedAt = await emulator.clock.now();
  const scope = { region: emulator.region, service: "sts", credentials, signedAt };
  const headers = await signForm(url, body, scope);
  const response = await fetch(url, { method: "POST", headers, body });
  const answer = await response.text();
  const accessKeyId = element(answer, "AccessKeyId");
  const secretAccessKey = element(answer, "SecretAccessKey");
  const sessionToken = element(answer, "SessionToken");
  if (response.ok && accessKeyId !== "" && secretAccessKey !== "" && sessionToken !== "") {
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  const [code, message] = [element(answer, "Code"), element(answer, "Message")];
  throw new Error(`AssumeRole of ${role}: ${code === "" ? response.status : code}: ${message}`);
}

/** The text of an element of an answer; empty if there is none. Keys and tokens have nothing that XML escapes. */
function element(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
}
