/** For each member of each operation: boundary values, wrong types, wrong forms, and none at all. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ADMINISTRATOR,
  type DsqlWorld,
  makeDsqlWorld,
  type TestKey,
} from "../../../../test/fixtures/dsql/dsql-world.ts";
import { MODEL } from "../../../../test/fixtures/dsql/model.ts";
import { type Probe, PROBES } from "../../../../test/fixtures/dsql/model-probes.ts";
import { sendCall } from "../../../../test/fixtures/dsql/signed-call.ts";
import { DSQL_OPERATIONS } from "./dsql-service.ts";

let world: DsqlWorld;
let key: TestKey;

beforeAll(() => {
  world = makeDsqlWorld({ quotas: { singleRegionClusters: 1000, multiRegionClusters: 1000 } });
  key = world.addUser("admin", ADMINISTRATOR);
});

afterAll(async () => {
  await world.app.close();
  expect(world.internalErrors).toEqual([]);
});

const SUCCEEDING = new Set(MODEL.filter(({ succeeds }) => succeeds).map(({ name }) => name));

/** Body of the answer to a request that does not fit the model. */
function refusalOf({ expected }: Probe): object {
  if (expected.kind === "taken") throw new Error("the probe is taken");
  const fieldList = expected.fields.map(({ name, message }) => ({ name, message }));
  if (expected.kind === "violates") {
    const sentences = expected.fields.map(
      ({ name, message, printed = "" }) =>
        `Value ${printed} at '${name}' failed to satisfy constraint: ${message}`,
    );
    const errors = sentences.length === 1 ? "error" : "errors";
    const message = `${sentences.length} validation ${errors} detected: ${sentences.join("; ")}`;
    return { message, reason: "fieldValidationFailed", fieldList };
  }
  if (fieldList.length === 0) {
    return { message: "The body of the request is not a JSON object.", reason: "cannotParse" };
  }
  const details = fieldList.map(({ name, message }) => `'${name}' ${message}`).join("; ");
  return { message: `The request cannot be parsed: ${details}.`, reason: "cannotParse", fieldList };
}

describe(`${PROBES.length} probes of the model`, () => {
  test("are 500 and more, of every operation and of every member", () => {
    expect(PROBES.length).toBeGreaterThan(500);
    expect(new Set(PROBES.map(({ operation }) => operation))).toEqual(
      new Set(DSQL_OPERATIONS.keys()),
    );
    for (const { name, members } of MODEL) {
      const known = Object.keys(DSQL_OPERATIONS.get(name)?.input ?? {});
      const probed = new Set(members.map((member) => member.name.split(".")[0]));
      if (name.startsWith("List") && name !== "ListTagsForResource") probed.add("nextToken");
      expect([...probed].sort(), name).toEqual(known.sort());
    }
  });

  test.each(PROBES.map((probe) => [probe.operation, probe.title, probe] as const))(
    "%s: %s",
    async (operation, _title, probe) => {
      const { status, headers, json } = await sendCall(world, key, probe.call);
      expect(headers["x-amzn-requestid"]).toMatch(/^00000000-0000-4000-8000-\d{12}$/);
      expect(headers["content-type"]).toBe("application/json");
      if (probe.expected.kind !== "taken") {
        expect(json).toEqual(refusalOf(probe));
        expect(headers["x-amzn-errortype"]).toBe("ValidationException");
        expect(status).toBe(400);
        return;
      }
      if (status === 200) {
        expect(SUCCEEDING).toContain(operation);
        expect(headers).not.toHaveProperty("x-amzn-errortype");
      } else if (status === 404) {
        expect(SUCCEEDING).not.toContain(operation);
        expect(headers["x-amzn-errortype"]).toBe("ResourceNotFoundException");
        expect(json).toHaveProperty("resourceId");
      } else {
        // What fits the model may still make no sense: a policy of one letter, a witness that is no Region.
        expect(status).toBe(400);
        expect(json).toMatchObject({ reason: "other" });
        expect(["policy", "multiRegionProperties", "resourceArn"]).toContain(
          (json as { fieldList: { name: string }[] }).fieldList[0]?.name.split(".")[0],
        );
      }
    },
  );
});
