import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmulatorProcess, startEmulatorProcess } from "../support/emulator.ts";
import {
  hasPython,
  INSTALL_TIMEOUT_MS,
  PYTHON_NEEDED,
  type PythonEnvironment,
  pythonEnvironment,
  runPythonProgram,
} from "../support/python.ts";
import {
  explicitlyDenied,
  INVALID_TOKEN,
  noTrustPolicyAllows,
  notAllowed,
  notTrusted,
  sessionArn,
  userArn,
} from "../support/refusals.ts";
import { makeStoryProvider, webIdentityEnvironment } from "../support/web-identity.ts";

const ACCOUNT = "123456789012";
const ADMINISTRATOR = userArn("emulator-admin");
const CONNECT = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*" }],
};
const provider = makeStoryProvider();

/** An error of an operation that boto3 has a class for. */
function typed(code: string, status: number, message: unknown): object {
  return { type: `${code.replace(/Exception$/, "")}Exception`, code, status, message };
}

function clientError(code: string, message: string): object {
  return { type: "ClientError", code, status: 403, message };
}

const noSuchRole = typed("NoSuchEntity", 404, "The role with name managed cannot be found.");

describe.skipIf(!hasPython)(`boto3 and psycopg (${PYTHON_NEEDED})`, () => {
  let emulator: EmulatorProcess;
  let python: PythonEnvironment;

  beforeAll(async () => {
    python = await pythonEnvironment();
    emulator = await startEmulatorProcess(provider.config);
  }, INSTALL_TIMEOUT_MS);

  afterAll(async () => {
    // Undefined if the installation has failed.
    await (emulator as EmulatorProcess | undefined)?.stop();
  });

  function run(program: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
    return runPythonProgram(emulator, python, new URL(program, import.meta.url), env);
  }

  /** The exception of psycopg; of a refused connection it knows no SQLSTATE, only libpq's text. */
  function refused(hint: string): object {
    const { host, port } = emulator.ready.postgres;
    const before = `connection failed: connection to server at "${host}", port ${port} failed: `;
    const text = `${before}FATAL:  unable to accept connection, access denied\nDETAIL:  Session Id: SESSION\nHINT:  ${hint}`;
    const pattern = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace("SESSION", "[a-z2-7]{26}");
    return {
      type: "OperationalError",
      sqlstate: null,
      text: expect.stringMatching(new RegExp(`^${pattern}$`)) as string,
    };
  }

  test("a user made by the API connects while key and policies are in effect", async () => {
    const caller = userArn("app");
    expect(await run("users.py")).toEqual({
      beforeAttaching: refused(notAllowed(caller)),
      attached: "admin",
      explicitDeny: refused(explicitlyDenied(caller, "an identity-based policy")),
      inactiveKey: refused(INVALID_TOKEN),
      activeKey: "admin",
      detached: refused(notAllowed(caller)),
      deletedKey: refused(INVALID_TOKEN),
    });
  });

  test("assume_role and a profile with role_arn begin sessions that connect while the role may", async () => {
    const caller = sessionArn("deploy", "story");
    const untrusted = (role: string): object =>
      clientError("AccessDenied", noTrustPolicyAllows(ADMINISTRATOR, role));
    expect(await run("roles.py")).toEqual({
      session: "admin",
      profile: "admin",
      profileIs: sessionArn("deploy", "by-profile"),
      wrongExternalId: untrusted("deploy"),
      notNamed: untrusted("other"),
      sessionPolicyDenies: refused(explicitlyDenied(caller, "a session policy")),
      detached: refused(notAllowed(caller)),
      attachedAgain: "admin",
      deleted: refused(INVALID_TOKEN),
      assumeDeleted: clientError("AccessDenied", notTrusted(ADMINISTRATOR, "deploy")),
    });
  });

  test("clusters are made, changed, listed, connected to and deleted", async () => {
    expect(await run("clusters.py")).toEqual({
      status: "CREATING",
      isTheSameForItsToken: true,
      isNamedByItself: true,
      connects: "admin",
      tags: { cost: "7" },
      updated: "UPDATING",
      protected: "ValidationException",
      policy: true,
      otherVersion: "ConflictException",
      noPolicy: "ResourceNotFoundException",
      service: true,
      pages: [2, 2, 1],
      listed: true,
      elsewhere: "ResourceNotFoundException",
      deleted: "DELETING",
      gone: typed(
        "ResourceNotFoundException",
        404,
        expect.stringMatching(/^The cluster '[a-z0-9]{26}' was not found\.$/),
      ),
      invalid: "ValidationException",
    });
  });

  test("AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are all that a program needs", async () => {
    const env = webIdentityEnvironment(emulator, "trusted", provider.token());
    expect(await run("web_identity.py", env)).toEqual({
      connects: "admin",
      is: sessionArn("web", "trusted"),
    });
  });

  test.each<[string, Parameters<typeof provider.token>[0], object]>([
    [
      "for another audience",
      { aud: "another-audience" },
      typed("InvalidIdentityToken", 400, "Incorrect token audience"),
    ],
    [
      "that has expired",
      { exp: 1_700_000_000 },
      typed(
        "ExpiredTokenException",
        400,
        expect.stringMatching(
          /^Token expired: current date\/time \d{10} must be before the expiration date\/time 1700000000$/,
        ),
      ),
    ],
    [
      "of a subject whom the role does not trust",
      { sub: "repo:example/another:ref:refs/heads/main" },
      clientError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
    ],
  ])("a token %s begins no session", async (_name, claims, error) => {
    const env = webIdentityEnvironment(emulator, "refused", provider.token(claims));
    expect(await run("web_identity.py", env)).toEqual(error);
  });

  test("sessions of users, federated users and roles say who they are, and connect by their policies", async () => {
    const federated = `arn:aws:sts::${ACCOUNT}:federated-user`;
    expect(await run("sessions.py")).toEqual({
      connects: {
        user: "admin",
        session: "admin",
        federated: "admin",
        bare: refused(notAllowed(`${federated}/nobody`).replace("identity-based", "session")),
        role: refused(notAllowed(sessionArn("guest", "visit"))),
      },
      identities: {
        user: userArn("team/worker"),
        session: userArn("team/worker"),
        federated: `${federated}/visitor`,
        bare: `${federated}/nobody`,
        role: sessionArn("guest", "visit"),
      },
      accounts: [ACCOUNT],
      accountOfKey: ACCOUNT,
      sessionOfSession: clientError(
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
      ),
      unknownKey: clientError("InvalidClientTokenId", INVALID_TOKEN),
    });
  });

  test("paginators, versions, simulation, the whole account and typed errors work", async () => {
    expect(await run("reading.py")).toEqual({
      pages: [["page-a", "page-b"], ["page-c", "page-d"], ["page-e"]],
      versions: [
        ["v2", true],
        ["v1", false],
      ],
      document: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "dsql:DbConnect", Resource: "*" }],
      },
      simulated: [
        ["dsql:DbConnect", "implicitDeny"],
        ["dsql:DbConnectAdmin", "allowed"],
      ],
      severalPages: true,
      attached: [
        { PolicyName: "versioned", PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/versioned` },
      ],
      defaultVersion: ["v2"],
      errors: [
        typed("NoSuchEntity", 404, "The user with name nobody cannot be found."),
        typed("EntityAlreadyExists", 409, "User with name page-a already exists."),
        typed("DeleteConflict", 409, "Cannot delete entity, must detach all policies first."),
        typed("DeleteConflict", 409, "Cannot delete the default version of a policy."),
        typed("MalformedPolicyDocument", 400, "Syntax errors in policy."),
      ],
      caughtByClass: "NoSuchEntity",
    });
  });

  test("the calls of an infrastructure tool make, read, change and delete a role", async () => {
    const role = { inline: { connect: CONNECT }, attached: ["boundary"] };
    expect(await run("infrastructure.py")).toEqual({
      absent: noSuchRole,
      unknownPrincipal: typed(
        "MalformedPolicyDocument",
        400,
        `Invalid principal in policy: "AWS":"${userArn("not-there")}"`,
      ),
      created: {
        ...role,
        description: "first",
        seconds: 3600,
        trusts: { Service: "ec2.amazonaws.com" },
        tags: [{ Key: "team", Value: "payments" }],
        boundary: null,
      },
      updated: {
        ...role,
        description: "second",
        seconds: 7200,
        trusts: { Service: "lambda.amazonaws.com" },
        tags: [{ Key: "stage", Value: "test" }],
        boundary: `arn:aws:iam::${ACCOUNT}:policy/boundary`,
      },
      tooEarly: typed(
        "DeleteConflict",
        409,
        "Cannot delete entity, must detach all policies first.",
      ),
      instanceProfiles: [],
      stillInline: typed(
        "DeleteConflict",
        409,
        "Cannot delete entity, must delete policies first.",
      ),
      deleted: noSuchRole,
      again: noSuchRole,
    });
  });
});
