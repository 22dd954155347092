import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect, PRINCIPAL_ARN } from "../../../test/fixtures/auth/connection-world.ts";
import { FixedClock } from "../../../test/support/fixed-clock.ts";
import { DecisionLog, NeededLog } from "../../audit/index.ts";
import { buildControlPlane } from "../index.ts";

let app: FastifyInstance;
let needed: NeededLog;

beforeEach(async () => {
  const clock = new FixedClock();
  const log = new DecisionLog({ clock });
  needed = new NeededLog();
  app = buildControlPlane({
    clock,
    version: "1.2.3",
    mode: "strict",
    region: "us-east-1",
    accountId: "123456789012",
    readiness: { isReady: () => true },
    clusters: { count: () => 1 },
    connections: log,
    needed,
    ca: { caCertificate: () => undefined },
    state: { describe: () => ({}) },
    bindHost: "127.0.0.1",
    onInternalError: (error) => {
      throw error;
    },
  });
  const { decisions } = await connect({
    world: { statements: { Effect: "Allow", Action: "s3:*", Resource: "*" } },
  });
  for (const decision of decisions) needed.add(log.record(decision));
});

afterEach(() => app.close());

async function send(
  url: string,
  method: "GET" | "DELETE" = "GET",
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { statusCode, body } = await app.inject({ method, url, headers: { host: "localhost" } });
  return { status: statusCode, body: body === "" ? "" : (JSON.parse(body) as unknown) };
}

describe("/_emulator/needed", () => {
  test("answers what has been needed, for all or for one principal", async () => {
    expect(needed.summary().principals).toHaveLength(1);
    expect(await send("/_emulator/needed")).toEqual({ status: 200, body: needed.summary() });
    const ofAlice = await send(`/_emulator/needed?principal=${encodeURIComponent(PRINCIPAL_ARN)}`);
    expect(ofAlice.body).toEqual(needed.summary());
    const nothing = { principals: [], uncured: [], dropped: 0 };
    expect(await send("/_emulator/needed?principal=bob")).toEqual({ status: 200, body: nothing });
  });

  test("begins anew", async () => {
    expect(await send("/_emulator/needed", "DELETE")).toEqual({ status: 204, body: "" });
    expect((await send("/_emulator/needed")).body).toMatchObject({ principals: [] });
  });

  test.each(["principal=", "principal=a&principal=b"])("does not understand %s", async (query) => {
    expect(await send(`/_emulator/needed?${query}`)).toEqual({
      status: 400,
      body: {
        error: {
          code: "invalid_request",
          message: "principal is no text, or is given twice",
        },
      },
    });
  });
});
