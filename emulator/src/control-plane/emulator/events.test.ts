import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  ADMINISTRATOR,
  type AwsWorld,
  makeAwsWorld,
  SESSION_KEY,
  type TestKey,
} from "../../../test/fixtures/aws/aws-world.ts";
import { signedPost } from "../../../test/fixtures/aws/sign-request.ts";
import type { EventListBody } from "./events.ts";

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

async function call(
  body: string,
  signing: Partial<Parameters<typeof signedPost>[1]> = {},
): Promise<void> {
  const version = signing.service === "sts" ? "2011-06-15" : "2010-05-08";
  const request = await signedPost(`Action=${body}&Version=${version}`, {
    ...admin,
    signingDate: world.clock.now(),
    ...signing,
  });
  await world.app.inject(request);
}

async function get(query = ""): Promise<{ readonly status: number; readonly body: unknown }> {
  const { statusCode: status, body } = await world.app.inject({
    url: `/_emulator/events${query}`,
    headers: { host: "localhost" },
  });
  return { status, body: JSON.parse(body) as unknown };
}

async function names(query: string): Promise<readonly string[]> {
  const { body } = await get(query);
  return (body as EventListBody).events.map(({ eventName, eventID }) => `${eventID} ${eventName}`);
}

describe("the event of a call", () => {
  test("tells who did what, in CloudTrail's form and without secrets", async () => {
    await call("CreateAccessKey&UserName=admin");
    const { status, body } = await get();
    expect(status).toBe(200);
    expect(body).toMatchObject({ nextBefore: null, recorded: 1, dropped: 0 });
    const [event] = (body as EventListBody).events;
    expect(event).toMatchObject({
      eventVersion: "1.11",
      userIdentity: {
        type: "IAMUser",
        principalId: "AIDAFAKEAAAAAAAAAAAAB",
        arn: "arn:aws:iam::123456789012:user/admin",
        accountId: "123456789012",
        accessKeyId: admin.accessKeyId,
        userName: "admin",
      },
      eventTime: "2026-01-02T03:04:05Z",
      eventSource: "iam.amazonaws.com",
      eventName: "CreateAccessKey",
      awsRegion: "us-east-1",
      sourceIPAddress: "127.0.0.1",
      requestParameters: { userName: "admin" },
      responseElements: {
        accessKey: { userName: "admin", secretAccessKey: "HIDDEN_DUE_TO_SECURITY_REASONS" },
      },
      requestID: "00000000-0000-4000-8000-000000000001",
      eventID: "event-1",
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: "123456789012",
      eventCategory: "Management",
    });
    expect(JSON.stringify(event)).not.toContain("fake/secret");
  });

  test("has the error of a call that failed, and who is known of it", async () => {
    await call("GetUser&UserName=gone");
    await call("ListUsers", { secretAccessKey: "fake-wrong-secret" });
    await call("ListUsers", SESSION_KEY);
    const { body } = await get();
    expect((body as EventListBody).events).toMatchObject([
      {
        errorCode: "AccessDenied",
        userIdentity: { type: "AssumedRole", principalId: "AROAFAKEFAKEFAKEFAKEF:session" },
      },
      { errorCode: "SignatureDoesNotMatch", userIdentity: { type: "Unknown" } },
      {
        errorCode: "NoSuchEntity",
        errorMessage: "The user with name gone cannot be found.",
        requestParameters: { userName: "gone" },
        responseElements: null,
        readOnly: true,
      },
    ]);
  });

  test("hides the token of a web identity", async () => {
    await call(
      "AssumeRoleWithWebIdentity&RoleArn=arn:aws:iam::123456789012:role/app&RoleSessionName=me&WebIdentityToken=fake.web.token",
      { service: "sts" },
    );
    const [event] = ((await get()).body as EventListBody).events;
    expect(event).toMatchObject({
      userIdentity: { type: "WebIdentityUser" },
      requestParameters: {
        roleSessionName: "me",
        webIdentityToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
      },
      recipientAccountId: "123456789012",
    });
    expect(JSON.stringify(event)).not.toContain("fake.web.token");
  });

  test("has the error that a fault injected", async () => {
    world.faults.add({ target: { operation: "*" }, effect: { error: { code: "Throttling" } } });
    await call("ListUsers");
    expect((await get()).body).toMatchObject({ events: [{ errorCode: "Throttling" }] });
  });
});

describe("the list of events", () => {
  beforeEach(async () => {
    for (const body of ["ListUsers", "CreateGroup&GroupName=g", "ListUsers"]) await call(body);
  });

  test.each([
    ["", ["event-3 ListUsers", "event-2 CreateGroup", "event-1 ListUsers"]],
    ["?limit=1", ["event-3 ListUsers"]],
    ["?before=event-2", ["event-1 ListUsers"]],
    ["?before=event-9", []],
    ["?eventName=CreateGroup", ["event-2 CreateGroup"]],
    ["?readOnly=true&limit=1", ["event-3 ListUsers"]],
    ["?readOnly=false", ["event-2 CreateGroup"]],
  ])("for %s has %j", async (query, expected) => {
    expect(await names(query)).toStrictEqual(expected);
  });

  test("says where it goes on", async () => {
    expect((await get("?limit=2")).body).toMatchObject({ nextBefore: "event-2", recorded: 3 });
    expect((await get("?limit=3")).body).toMatchObject({ nextBefore: null });
  });

  test.each([
    ["?limit=0", "limit is not a whole number from 1 to 1000"],
    ["?readOnly=yes", "readOnly is neither true nor false"],
    ["?eventName=a&eventName=b", "eventName is no text, or is given twice"],
  ])("is not given for %s", async (query, message) => {
    expect(await get(query)).toStrictEqual({
      status: 400,
      body: { error: { code: "invalid_request", message } },
    });
  });
});
