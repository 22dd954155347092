import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmulatorProcess, startEmulatorProcess } from "../support/emulator.ts";
import {
  explicitlyDenied,
  INVALID_TOKEN,
  noTrustPolicyAllows,
  notAllowed,
  notTrusted,
  sessionArn,
  userArn,
} from "../support/refusals.ts";
import { runNodeProgram } from "../support/run-node.ts";
import { makeStoryProvider, webIdentityEnvironment } from "../support/web-identity.ts";

const ADMINISTRATOR = userArn("emulator-admin");
const provider = makeStoryProvider();

/** The error object of node-postgres. */
function refused(hint: string): object {
  return {
    severity: "FATAL",
    code: "08006",
    message: "unable to accept connection, access denied",
    detail: expect.stringMatching(/^Session Id: [a-z2-7]{26}$/) as string,
    hint,
  };
}

interface SdkError {
  readonly class: string;
  readonly name: string;
  readonly message: unknown;
}

/** An error of an operation that the SDK has a class for. */
function typed(name: string, message: unknown): SdkError {
  return { class: name, name, message };
}

function accessDenied(message: string): SdkError {
  return { class: "STSServiceException", name: "AccessDenied", message };
}

describe("IAM and STS of the AWS SDK for JavaScript", () => {
  let emulator: EmulatorProcess;

  beforeAll(async () => {
    emulator = await startEmulatorProcess(provider.config);
  });

  afterAll(async () => {
    await emulator.stop();
  });

  function run(program: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
    return runNodeProgram(emulator, new URL(program, import.meta.url), [], env);
  }

  test("a user made by the API connects while key and policies are in effect", async () => {
    const caller = userArn("app");
    expect(await run("users.mjs")).toEqual({
      state: "SUCCESS",
      beforeAttaching: refused(notAllowed(caller)),
      attached: "admin",
      explicitDeny: refused(explicitlyDenied(caller, "an identity-based policy")),
      inactiveKey: refused(INVALID_TOKEN),
      activeKey: "admin",
      detached: refused(notAllowed(caller)),
      deletedKey: refused(INVALID_TOKEN),
    });
  });

  test("fromTemporaryCredentials assumes a role whose sessions connect while the role may", async () => {
    const caller = sessionArn("deploy", "story");
    expect(await run("roles.mjs")).toEqual({
      keyKind: "ASIA",
      byProvider: "admin",
      session: "admin",
      wrongExternalId: accessDenied(noTrustPolicyAllows(ADMINISTRATOR, "deploy")),
      noExternalId: accessDenied(noTrustPolicyAllows(ADMINISTRATOR, "deploy")),
      notNamed: accessDenied(noTrustPolicyAllows(ADMINISTRATOR, "other")),
      sessionPolicyDenies: refused(explicitlyDenied(caller, "a session policy")),
      withoutToken: refused(INVALID_TOKEN),
      detached: refused(notAllowed(caller)),
      attachedAgain: "admin",
      deleted: refused(INVALID_TOKEN),
      assumeDeleted: accessDenied(notTrusted(ADMINISTRATOR, "deploy")),
    });
  });

  test("fromTokenFile, fromWebToken and the default chain assume a role with a web identity", async () => {
    const env = webIdentityEnvironment(emulator, "trusted", provider.token());
    expect(await run("web-identity.mjs", env)).toEqual({
      fromTokenFile: "admin",
      fromWebToken: "admin",
      defaultChain: sessionArn("web", "trusted"),
    });
  });

  test.each<[string, Parameters<typeof provider.token>[0], SdkError]>([
    [
      "for another audience",
      { aud: "another-audience" },
      typed("InvalidIdentityTokenException", "Incorrect token audience"),
    ],
    [
      "that has expired",
      { exp: 1_700_000_000 },
      typed(
        "ExpiredTokenException",
        expect.stringMatching(
          /^Token expired: current date\/time \d{10} must be before the expiration date\/time 1700000000$/,
        ),
      ),
    ],
    [
      "of a subject whom the role does not trust",
      { sub: "repo:example/another:ref:refs/heads/main" },
      accessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity"),
    ],
  ])("a token %s begins no session", async (_name, claims, error) => {
    const env = webIdentityEnvironment(emulator, "refused", provider.token(claims));
    expect(await run("web-identity.mjs", env)).toEqual({
      fromTokenFile: error,
      fromWebToken: error,
      defaultChain: error.name,
    });
  });

  test("sessions of users, federated users and roles say who they are, and connect by their policies", async () => {
    const Account = "123456789012";
    const worker = { UserId: "AIDA", Account, Arn: userArn("team/worker") };
    expect(await run("sessions.mjs")).toEqual({
      connects: {
        session: "admin",
        federated: "admin",
        bare: refused(
          notAllowed(`arn:aws:sts::${Account}:federated-user/nobody`).replace(
            "identity-based",
            "session",
          ),
        ),
        role: refused(notAllowed(sessionArn("guest", "visit"))),
      },
      identities: {
        user: worker,
        session: worker,
        federated: {
          UserId: `${Account}:visitor`,
          Account,
          Arn: `arn:aws:sts::${Account}:federated-user/visitor`,
        },
        role: { UserId: "AROA:visit", Account, Arn: sessionArn("guest", "visit") },
      },
      account: Account,
      sessionOfSession: accessDenied("Cannot call GetSessionToken with session credentials"),
      unknownKey: {
        class: "STSServiceException",
        name: "InvalidClientTokenId",
        message: INVALID_TOKEN,
      },
    });
  });

  test("paginators, policy versions, simulation and typed errors work", async () => {
    expect(await run("reading.mjs")).toEqual({
      pages: [["page-a", "page-b"], ["page-c", "page-d"], ["page-e"]],
      versions: [
        ["v2", true],
        ["v1", false],
      ],
      document: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*" }],
      },
      simulated: [
        ["dsql:DbConnect", "implicitDeny"],
        ["dsql:DbConnectAdmin", "allowed"],
      ],
      errors: [
        typed("NoSuchEntityException", "The user with name nobody cannot be found."),
        typed("EntityAlreadyExistsException", "User with name page-a already exists."),
        typed("DeleteConflictException", "Cannot delete entity, must detach all policies first."),
        typed("DeleteConflictException", "Cannot delete the default version of a policy."),
        typed("MalformedPolicyDocumentException", "Syntax errors in policy."),
      ],
    });
  });
});
