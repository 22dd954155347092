import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ADMINISTRATOR,
  type AwsWorld,
  makeAwsWorld,
  SESSION_KEY,
  type TestKey,
} from "../../../../test/fixtures/aws/aws-world.ts";
import {
  type InjectedRequest,
  presignedGet,
  signedPost,
} from "../../../../test/fixtures/aws/sign-request.ts";
import { buildControlPlane } from "../../build-control-plane.ts";
import { DecisionLog } from "../../../audit/index.ts";

const IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15";
const STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
const IAM_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";
const FIRST_ID = "00000000-0000-4000-8000-000000000001";

let world: AwsWorld;
let admin: TestKey;

beforeEach(() => {
  world = makeAwsWorld();
  admin = world.addUser("admin", ADMINISTRATOR);
});

afterEach(async () => {
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

async function send(request: InjectedRequest): Promise<{
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, unknown>;
}> {
  const response = await world.app.inject(request);
  return { status: response.statusCode, body: response.body, headers: response.headers };
}

async function post(
  body: string,
  signing: Partial<Parameters<typeof signedPost>[1]> = {},
): ReturnType<typeof send> {
  return send(await signedPost(body, { ...admin, signingDate: world.clock.now(), ...signing }));
}

function errorOf(code: string, message: string, namespace = IAM_NAMESPACE): string {
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${FIRST_ID}</RequestId></ErrorResponse>`;
}

describe("an answer", () => {
  test("is the operation's document, with its request id and the emulator's date", async () => {
    const { status, body, headers } = await post(IDENTITY, { service: "sts" });
    expect(body).toBe(
      `<GetCallerIdentityResponse xmlns="${STS_NAMESPACE}"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/admin</Arn><UserId>AIDAFAKEAAAAAAAAAAAAB</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>${FIRST_ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    );
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/xml",
      "x-amzn-requestid": FIRST_ID,
      date: "Fri, 02 Jan 2026 03:04:05 GMT",
      "cache-control": "no-store",
    });
  });

  test("has no result element for an operation without output", async () => {
    const { body } = await post("Action=DeleteGroup&Version=2010-05-08&GroupName=g");
    expect(body).toBe(errorOf("NoSuchEntity", "The group with name g cannot be found."));
    world.directory.createGroup({ groupName: "g" });
    const deleted = await post("Action=DeleteGroup&Version=2010-05-08&GroupName=g");
    expect(deleted.body).toBe(
      `<DeleteGroupResponse xmlns="${IAM_NAMESPACE}"><ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000002</RequestId></ResponseMetadata></DeleteGroupResponse>`,
    );
  });

  test("shows empty lists, dates in seconds, and documents URL-encoded", async () => {
    world.directory.createRole({
      roleName: "app",
      assumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Principal: { Service: "ec2.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      }),
      description: 'a & <b> "c"\r',
    });
    const role = await post("Action=GetRole&Version=2010-05-08&RoleName=app");
    expect(role.body).toContain(
      "<Path>/</Path><RoleName>app</RoleName><RoleId>AROAFAKEAAAAAAAAAAAAD</RoleId><Arn>arn:aws:iam::123456789012:role/app</Arn><CreateDate>2026-01-02T03:04:05Z</CreateDate><AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D</AssumeRolePolicyDocument><Description>a &amp; &lt;b&gt; &quot;c&quot;&#xD;</Description><MaxSessionDuration>3600</MaxSessionDuration></Role>",
    );
    const policies = await post("Action=ListAttachedRolePolicies&Version=2010-05-08&RoleName=app");
    expect(policies.body).toContain(
      "<ListAttachedRolePoliciesResult><AttachedPolicies/><IsTruncated>false</IsTruncated></ListAttachedRolePoliciesResult>",
    );
  });

  test("is given to a presigned URL, and to a form in the query", async () => {
    const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
    const request = await presignedGet(query, {
      ...admin,
      service: "sts",
      signingDate: world.clock.now(),
    });
    expect((await send(request)).status).toBe(200);
    const altered = { ...request, url: request.url.replace("2011-06-15", "2010-05-08") };
    expect((await send(altered)).body).toContain("<Code>InvalidAction</Code>");
    const more = { ...request, url: `${request.url}&a=b` };
    expect((await send(more)).body).toContain("<Code>SignatureDoesNotMatch</Code>");
  });

  test("is given to a session, by its own name", async () => {
    const { body } = await post(IDENTITY, { ...SESSION_KEY, service: "sts" });
    expect(body).toContain(
      "<Arn>arn:aws:sts::123456789012:assumed-role/app/session</Arn><UserId>AROAFAKEFAKEFAKEFAKEF:session</UserId>",
    );
  });
});

describe("a request that is nobody's", () => {
  const MISMATCH =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
  const INVALID = "The security token included in the request is invalid.";

  test("is refused when it is not signed", async () => {
    const { status, body } = await send({
      method: "POST",
      url: "/",
      headers: { host: "localhost", "content-type": "application/x-www-form-urlencoded" },
      payload: IDENTITY,
    });
    expect(status).toBe(403);
    expect(body).toBe(
      errorOf(
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
        STS_NAMESPACE,
      ),
    );
  });

  test("is answered by the service of its version when it is not signed", async () => {
    const url = "/?Action=ListUsers&Version=2010-05-08";
    const { body } = await send({ method: "GET", url, headers: { host: "localhost" } });
    expect(body).toBe(
      errorOf("MissingAuthenticationToken", "Request is missing Authentication Token"),
    );
  });

  test("is answered by the service that its URL is presigned for", async () => {
    const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
    const signing = { ...admin, service: "iam", signingDate: world.clock.now() };
    const { body } = await send(await presignedGet(query, signing));
    expect(body).toBe(
      errorOf("InvalidAction", "Could not find operation GetCallerIdentity for version 2011-06-15"),
    );
  });

  test.each<[string, Partial<Parameters<typeof signedPost>[1]>, string, string]>([
    ["with another secret", { secretAccessKey: "another-fake" }, "SignatureDoesNotMatch", MISMATCH],
    [
      "with a key that does not exist",
      { accessKeyId: "AKIAFAKEFAKENOTTHERE" },
      "InvalidClientTokenId",
      INVALID,
    ],
    ["with a session token for a user", { sessionToken: "x" }, "InvalidClientTokenId", INVALID],
    [
      "with another session token",
      { ...SESSION_KEY, sessionToken: "other" },
      "InvalidClientTokenId",
      INVALID,
    ],
    [
      "with an expired session token",
      { ...SESSION_KEY, sessionToken: "expired-token" },
      "ExpiredToken",
      "The security token included in the request is expired",
    ],
    [
      "with an expired session token and another secret",
      { ...SESSION_KEY, sessionToken: "expired-token", secretAccessKey: "another-fake" },
      "SignatureDoesNotMatch",
      MISMATCH,
    ],
    [
      "too late",
      { signingDate: new Date("2026-01-02T02:59:04Z") },
      "SignatureDoesNotMatch",
      "Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)",
    ],
    [
      "too early",
      { signingDate: new Date("2026-01-02T03:09:06Z") },
      "SignatureDoesNotMatch",
      "Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)",
    ],
  ])("is refused when it is signed %s", async (_how, signing, code, message) => {
    const { status, body } = await post(IDENTITY, { service: "sts", ...signing });
    expect(body).toBe(errorOf(code, message, STS_NAMESPACE));
    expect(status).toBe(403);
  });

  test("is refused when its key is inactive", async () => {
    const { accessKeyId } = admin;
    world.directory.updateAccessKey({ userName: "admin", accessKeyId, status: "Inactive" });
    const { body } = await post(IDENTITY, { service: "sts" });
    expect(body).toBe(errorOf("InvalidClientTokenId", INVALID, STS_NAMESPACE));
  });

  test("is refused when its body was changed", async () => {
    const request = await signedPost("Action=ListUsers&Version=2010-05-08", {
      ...admin,
      signingDate: world.clock.now(),
    });
    const payload = "Action=ListRoles&Version=2010-05-08";
    const { body } = await send({ ...request, payload });
    expect(body).toBe(errorOf("SignatureDoesNotMatch", MISMATCH));
  });

  test("is refused when it is signed for another service than its action's", async () => {
    const { body } = await post(IDENTITY, { service: "iam" });
    expect(body).toBe(
      errorOf("InvalidAction", "Could not find operation GetCallerIdentity for version 2011-06-15"),
    );
    const dsql = await post(IDENTITY, { service: "dsql" });
    expect(dsql.body).toContain(
      "<Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to correct service: 'sts'.</Message>",
    );
  });
});

describe("a request that cannot be answered", () => {
  test.each([
    ["Version=2010-05-08", 400, "MissingAction", "The request is missing an action."],
    ["Action=&Version=2010-05-08", 400, "MissingAction", "The request is missing an action."],
    [
      "Action=CreateUsers&Version=2010-05-08",
      400,
      "InvalidAction",
      "Could not find operation CreateUsers for version 2010-05-08",
    ],
    [
      "Action=ListUsers",
      400,
      "InvalidAction",
      "Could not find operation ListUsers for version NO_VERSION_SPECIFIED",
    ],
    [
      "Action=ListUsers&Version=2010-05-08&Action=DeleteUser",
      404,
      "MalformedQueryString",
      "The query string is malformed: a parameter comes twice.",
    ],
    [
      "Action=ListUsers&Version=2010-05-08&PathPrefix=%zz",
      404,
      "MalformedQueryString",
      "The query string is malformed: an escape cannot be decoded.",
    ],
    [
      `Action=ListUsers&Version=2010-05-08&${"a.".repeat(8)}a=b`,
      404,
      "MalformedQueryString",
      "The query string is malformed: a parameter is nested too deep.",
    ],
    [
      `Action=ListUsers&Version=2010-05-08${Array.from({ length: 1999 }, (_, index) => `&a${index}=`).join("")}`,
      404,
      "MalformedQueryString",
      "The query string is malformed: there are too many parameters.",
    ],
    [
      "Action=CreateUser&Version=2010-05-08&Tags.member.1.Key=k",
      400,
      "ValidationError",
      "2 validation errors detected: Value null at 'userName' failed to satisfy constraint: Member must not be null; Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null",
    ],
    [
      "Action=ListUsers&Version=2010-05-08&MaxItems=ten",
      400,
      "ValidationError",
      "1 validation error detected: Value 'ten' at 'maxItems' failed to satisfy constraint: Member must be an integer",
    ],
    [
      "Action=ListUsers&Version=2010-05-08&MaxItems=1001",
      400,
      "ValidationError",
      "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ],
    [
      "Action=ListPolicies&Version=2010-05-08&OnlyAttached=yes",
      400,
      "ValidationError",
      "1 validation error detected: Value 'yes' at 'onlyAttached' failed to satisfy constraint: Member must be true or false",
    ],
    [
      "Action=GetUser&Version=2010-05-08&UserName=%3Cscript%3E",
      400,
      "ValidationError",
      "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    ],
    [
      "Action=GetUser&Version=2010-05-08&UserName=nobody",
      404,
      "NoSuchEntity",
      "The user with name nobody cannot be found.",
    ],
  ])("is refused: %.70s", async (body, status, code, message) => {
    const reply = await post(body);
    expect(reply.body).toBe(errorOf(code, message));
    expect(reply.status).toBe(status);
  });

  test("is refused when a caller that is no user names none", async () => {
    const { body } = await post("Action=GetUser&Version=2010-05-08", SESSION_KEY);
    expect(body).toBe(
      errorOf("ValidationError", "Must specify userName when calling with non-User credentials"),
    );
  });

  test("is refused when its body is too large, in the services' form", async () => {
    const { status, body } = await send({
      method: "POST",
      url: "/",
      headers: { host: "localhost", "content-type": "text/plain" },
      payload: "a".repeat(262_145),
    });
    expect(status).toBe(413);
    expect(body).toBe(errorOf("RequestEntityTooLarge", "The request is too large.", STS_NAMESPACE));
  });

  test("is told nothing of a bug in the emulator, which is reported", async () => {
    const bug = new Error("a bug with a secret");
    world.directory.listUsers = () => {
      throw bug;
    };
    const { status, body } = await post("Action=ListUsers&Version=2010-05-08");
    expect(status).toBe(500);
    expect(body).toBe(
      `<ErrorResponse xmlns="${STS_NAMESPACE}"><Error><Type>Receiver</Type><Code>InternalFailure</Code><Message>The request processing has failed because of an unknown error.</Message></Error><RequestId>00000000-0000-4000-8000-000000000002</RequestId></ErrorResponse>`,
    );
    expect(world.internalErrors.splice(0)).toEqual([bug]);
  });

  test("is refused when it comes from a page of another site", async () => {
    const request = await signedPost(IDENTITY, { ...admin, service: "sts" });
    const headers = { ...request.headers, origin: "http://example.com" };
    const { status, body } = await send({ ...request, headers });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ error: { code: "cross_site_request" } });
  });

  test.each(["HEAD", "PUT", "DELETE"] as const)("is refused as %s", async (method) => {
    const headers = { host: "localhost" };
    const response = await world.app.inject({ method, url: "/", headers });
    expect(response.statusCode).toBe(405);
    expect(response.headers["allow"]).toBe("GET, POST");
  });
});

describe("without the APIs of AWS", () => {
  test("nothing answers at the root", async () => {
    const { clock } = world;
    const app = buildControlPlane({
      clock,
      version: "1.2.3",
      mode: "strict",
      region: "us-east-1",
      accountId: "123456789012",
      readiness: { isReady: () => true },
      clusters: { count: () => 1 },
      connections: new DecisionLog({ clock, maxRecords: 5 }),
      state: { describe: () => ({}) },
      ca: { caCertificate: () => undefined },
      bindHost: "127.0.0.1",
      onInternalError: () => undefined,
    });
    const request = await signedPost(IDENTITY, { ...admin, signingDate: clock.now() });
    const response = await app.inject(request);
    expect(response.statusCode).toBe(404);
    await app.close();
  });
});
