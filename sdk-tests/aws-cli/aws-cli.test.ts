import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmulatorProcess, startEmulatorProcess } from "../support/emulator.ts";
import {
  hasPython,
  INSTALL_TIMEOUT_MS,
  PYTHON_NEEDED,
  pythonEnvironment,
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
import {
  makeStoryProvider,
  WEB_ROLE_ARN,
  webIdentityEnvironment,
} from "../support/web-identity.ts";
import {
  type AwsShell,
  type Credentials,
  environmentOf,
  hasPsql,
  makeAwsShell,
} from "./aws-shell.ts";

const ADMINISTRATOR = userArn("emulator-admin");
const provider = makeStoryProvider();
/** A story is up to twenty runs of a program that takes half a second to start. */
const STORY_TIMEOUT_MS = 90_000;

function document(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
const CONNECT = document({ Effect: "Allow", Action: "dsql:DbConnectAdmin", Resource: "*" });
const NO_CONNECT = document({ Effect: "Deny", Action: "dsql:*", Resource: "*" });

/** What the CLI says of an operation that is refused. */
function clientError(code: string, operation: string, message: string): object {
  const text = `An error occurred (${code}) when calling the ${operation} operation: ${message}`;
  return { exitCode: 255, stderr: text };
}

describe.skipIf(!hasPython || !hasPsql)(`AWS CLI (${PYTHON_NEEDED}, and psql)`, () => {
  let emulator: EmulatorProcess;
  let shell: AwsShell;

  beforeAll(async () => {
    const python = await pythonEnvironment();
    emulator = await startEmulatorProcess(provider.config);
    shell = makeAwsShell(emulator, python);
  }, INSTALL_TIMEOUT_MS);

  afterAll(async () => {
    // Undefined if the installation has failed.
    await (emulator as EmulatorProcess | undefined)?.stop();
  });

  function iam(operation: string, ...options: readonly string[]): Promise<unknown> {
    return shell.aws(["iam", operation, ...options]);
  }

  /** What psql says of a refused connection. */
  function refused(hint: string): unknown {
    const { host, port } = emulator.ready.postgres;
    const server = `connection to server at "${host}", port ${port} failed`;
    const text = `psql: error: ${server}: FATAL:  unable to accept connection, access denied\nDETAIL:  Session Id: SESSION\nHINT:  ${hint}\n`;
    const pattern = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace("SESSION", "[a-z2-7]{26}");
    return expect.stringMatching(new RegExp(`^${pattern}$`));
  }

  test(
    "a user made by the CLI connects while key and policies are in effect",
    async () => {
      const user = ["--user-name", "app"];
      const caller = userArn("app");
      await iam("create-user", ...user);
      await iam("wait", "user-exists", ...user);
      const created = ["--policy-name", "connect", "--policy-document", CONNECT];
      await iam("create-policy", ...created);
      const policy = ["--policy-arn", "arn:aws:iam::123456789012:policy/connect"];
      await iam("wait", "policy-exists", ...policy);
      const { AccessKey: key } = (await iam("create-access-key", ...user)) as {
        AccessKey: Credentials;
      };
      const keyId = ["--access-key-id", key.AccessKeyId];

      expect(await shell.connect(key)).toEqual(refused(notAllowed(caller)));
      await iam("attach-user-policy", ...user, ...policy);
      expect(await shell.connect(key)).toBe("admin");
      const inline = [...user, "--policy-name", "no-admin"];
      await iam("put-user-policy", ...inline, "--policy-document", NO_CONNECT);
      expect(await shell.connect(key)).toEqual(
        refused(explicitlyDenied(caller, "an identity-based policy")),
      );
      await iam("delete-user-policy", ...inline);
      await iam("update-access-key", ...user, ...keyId, "--status", "Inactive");
      expect(await shell.connect(key)).toEqual(refused(INVALID_TOKEN));
      await iam("update-access-key", ...user, ...keyId, "--status", "Active");
      await iam("detach-user-policy", ...user, ...policy);
      expect(await shell.connect(key)).toEqual(refused(notAllowed(caller)));
      await iam("attach-user-policy", ...user, ...policy);
      expect(await shell.connect(key)).toBe("admin");
      await iam("delete-access-key", ...user, ...keyId);
      expect(await shell.connect(key)).toEqual(refused(INVALID_TOKEN));
    },
    STORY_TIMEOUT_MS,
  );

  test(
    "a cluster is made, waited for, tagged, listed and closed by its policy",
    async () => {
      const dsql = (operation: string, ...options: readonly string[]): Promise<unknown> =>
        shell.aws(["dsql", operation, ...options]);
      const made = await dsql("create-cluster", "--tags", "team=blue");
      const { identifier, arn, status } = made as {
        identifier: string;
        arn: string;
        status: string;
      };
      expect(status).toBe("CREATING");
      const id = ["--identifier", identifier];
      await dsql("wait", "cluster-active", ...id);
      expect(await dsql("get-cluster", ...id)).toMatchObject({
        status: "ACTIVE",
        deletionProtectionEnabled: true,
        tags: { team: "blue" },
        endpoint: `${identifier}.dsql.us-east-1.on.aws`,
      });
      await dsql("tag-resource", "--resource-arn", arn, "--tags", "cost=7");
      expect(await dsql("list-tags-for-resource", "--resource-arn", arn)).toEqual({
        tags: { team: "blue", cost: "7" },
      });
      const { clusters } = (await dsql("list-clusters", "--page-size", "1")) as {
        clusters: { identifier: string }[];
      };
      expect(clusters.map((cluster) => cluster.identifier)).toContain(identifier);
      const policy = document({ Effect: "Deny", Principal: "*", Action: "dsql:*", Resource: "*" });
      const lockout = ["--bypass-policy-lockout-safety-check"];
      await dsql("put-cluster-policy", ...id, "--policy", policy, ...lockout);
      expect(await shell.failure(["dsql", "get-cluster", ...id])).toMatchObject({
        stderr: expect.stringContaining(
          "with an explicit deny in a resource-based policy",
        ) as string,
      });
    },
    STORY_TIMEOUT_MS,
  );

  test(
    "sts assume-role and a profile begin sessions that connect while the role may",
    async () => {
      const caller = sessionArn("deploy", "story");
      const role = ["--role-name", "deploy"];
      const trust = document({
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "blue-42" } },
      });
      await iam("create-role", ...role, "--assume-role-policy-document", trust);
      await iam("wait", "role-exists", ...role);
      const inline = [...role, "--policy-name", "connect"];
      await iam("put-role-policy", ...inline, "--policy-document", CONNECT);
      const request = (externalId = "blue-42", ...more: readonly string[]): readonly string[] => [
        ...["sts", "assume-role", "--role-arn", "arn:aws:iam::123456789012:role/deploy"],
        ...["--role-session-name", "story", "--external-id", externalId, ...more],
      ];
      const assume = async (...parameters: Parameters<typeof request>): Promise<Credentials> =>
        ((await shell.aws(request(...parameters))) as { Credentials: Credentials }).Credentials;

      const session = await assume();
      expect(await shell.connect(session)).toBe("admin");
      expect(await shell.failure(request("red-17"))).toEqual(
        clientError("AccessDenied", "AssumeRole", noTrustPolicyAllows(ADMINISTRATOR, "deploy")),
      );
      expect(await shell.connect(await assume("blue-42", "--policy", NO_CONNECT))).toEqual(
        refused(explicitlyDenied(caller, "a session policy")),
      );
      writeFileSync(
        join(emulator.directory, "aws-config"),
        [
          "[profile deploy]",
          "role_arn = arn:aws:iam::123456789012:role/deploy",
          "credential_source = Environment",
          "external_id = blue-42",
          "role_session_name = by-profile",
        ].join("\n"),
      );
      expect(await shell.aws(["sts", "get-caller-identity", "--profile", "deploy"])).toMatchObject({
        Arn: sessionArn("deploy", "by-profile"),
      });

      const somebody = userArn("somebody-else");
      await iam("create-user", "--user-name", "somebody-else");
      const other = document({
        Effect: "Allow",
        Principal: { AWS: somebody },
        Action: "sts:AssumeRole",
      });
      await iam("update-assume-role-policy", ...role, "--policy-document", other);
      expect(await shell.failure(request())).toEqual(
        clientError("AccessDenied", "AssumeRole", noTrustPolicyAllows(ADMINISTRATOR, "deploy")),
      );
      expect(await shell.connect(session)).toBe("admin");
      await iam("delete-role-policy", ...inline);
      expect(await shell.connect(session)).toEqual(refused(notAllowed(caller)));
      await iam("delete-role", ...role);
      expect(await shell.connect(session)).toEqual(refused(INVALID_TOKEN));
      expect(await shell.failure(request())).toEqual(
        clientError("AccessDenied", "AssumeRole", notTrusted(ADMINISTRATOR, "deploy")),
      );
    },
    STORY_TIMEOUT_MS,
  );

  test("assume-role-with-web-identity needs a token and no credentials", async () => {
    const env = webIdentityEnvironment(emulator, "trusted", provider.token());
    expect(await shell.aws(["sts", "get-caller-identity"], env)).toMatchObject({
      Arn: sessionArn("web", "trusted"),
    });
    const begun = (await shell.aws(
      [
        ...["sts", "assume-role-with-web-identity", "--role-arn", WEB_ROLE_ARN],
        ...["--role-session-name", "by-command"],
        ...["--web-identity-token", `file://${env["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? ""}`],
      ],
      { ...env, AWS_ROLE_ARN: undefined, AWS_WEB_IDENTITY_TOKEN_FILE: undefined },
    )) as { Credentials: Credentials; AssumedRoleUser: { Arn: string }; Audience: string };
    expect([begun.AssumedRoleUser.Arn, begun.Audience]).toEqual([
      sessionArn("web", "by-command"),
      "sts.amazonaws.com",
    ]);
    expect(await shell.connect(begun.Credentials)).toBe("admin");
  });

  test.each<[string, Parameters<typeof provider.token>[0], string]>([
    [
      "for another audience",
      { aud: "another-audience" },
      "(InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience",
    ],
    [
      "that has expired",
      { exp: 1_700_000_000 },
      "(ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: Token expired: current date/time",
    ],
    [
      "of a subject whom the role does not trust",
      { sub: "repo:example/another:ref:refs/heads/main" },
      "(AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    ],
  ])("a token %s begins no session", async (_name, claims, error) => {
    const env = webIdentityEnvironment(emulator, "refused", provider.token(claims));
    const { exitCode, stderr } = await shell.failure(["sts", "get-caller-identity"], env);
    expect(exitCode).toBe(255);
    expect(stderr).toContain(`An error occurred ${error}`);
  });

  test(
    "sessions of a user and of a federated user connect, and say who they are",
    async () => {
      const sts = async (...command: readonly string[]): Promise<Credentials> =>
        ((await shell.aws(["sts", ...command])) as { Credentials: Credentials }).Credentials;
      const session = await sts("get-session-token");
      const federated = await sts("get-federation-token", "--name", "visitor", "--policy", CONNECT);
      const identities: unknown[] = [];
      for (const credentials of [session, federated]) {
        expect(await shell.connect(credentials)).toBe("admin");
        identities.push(
          await shell.aws(["sts", "get-caller-identity"], environmentOf(credentials)),
        );
      }
      expect(identities).toMatchObject([
        { Account: "123456789012", Arn: ADMINISTRATOR },
        {
          UserId: "123456789012:visitor",
          Account: "123456789012",
          Arn: "arn:aws:sts::123456789012:federated-user/visitor",
        },
      ]);
    },
    STORY_TIMEOUT_MS,
  );

  test(
    "pages, policy versions, simulation, the whole account and errors read as on AWS",
    async () => {
      const names = ["page-a", "page-b", "page-c"];
      for (const name of names) await iam("create-user", "--user-name", name, "--path", "/pages/");
      const listed = await iam("list-users", "--path-prefix", "/pages/", "--page-size", "1");
      expect(
        (listed as { Users: { UserName: string }[] }).Users.map(({ UserName }) => UserName),
      ).toEqual(names);

      await iam("create-policy", "--policy-name", "versioned", "--policy-document", NO_CONNECT);
      const policyArn = "arn:aws:iam::123456789012:policy/versioned";
      const policy = ["--policy-arn", policyArn];
      await iam("create-policy-version", ...policy, "--policy-document", CONNECT);
      await iam("set-default-policy-version", ...policy, "--version-id", "v2");
      expect(await iam("get-policy-version", ...policy, "--version-id", "v1")).toMatchObject({
        PolicyVersion: { Document: JSON.parse(NO_CONNECT) as object, IsDefaultVersion: false },
      });
      await iam("attach-user-policy", "--user-name", "page-a", ...policy);
      const simulation = ["--policy-source-arn", userArn("pages/page-a"), "--action-names"];
      expect(
        await iam("simulate-principal-policy", ...simulation, "dsql:DbConnectAdmin"),
      ).toMatchObject({
        EvaluationResults: [{ EvalActionName: "dsql:DbConnectAdmin", EvalDecision: "allowed" }],
      });
      const details = (await iam(
        "get-account-authorization-details",
        ...["--filter", "LocalManagedPolicy"],
      )) as { Policies: { Arn: string; AttachmentCount: number; DefaultVersionId: string }[] };
      expect(details.Policies.filter(({ Arn }) => Arn === policyArn)).toMatchObject([
        { AttachmentCount: 1, DefaultVersionId: "v2" },
      ]);
      expect(await shell.failure(["iam", "delete-user", "--user-name", "page-a"])).toEqual(
        clientError(
          "DeleteConflict",
          "DeleteUser",
          "Cannot delete entity, must detach all policies first.",
        ),
      );
      expect(await shell.failure(["iam", "get-role", "--role-name", "nobody"])).toEqual(
        clientError("NoSuchEntity", "GetRole", "The role with name nobody cannot be found."),
      );
    },
    STORY_TIMEOUT_MS,
  );
});
