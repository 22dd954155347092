import { describe, expect, test } from "vitest";
import {
  connect,
  type ConnectionScript,
  SESSION_ID,
} from "../../test/fixtures/auth/connection-world.ts";
import { TEST_CLUSTER_ID } from "../../test/fixtures/sigv4/sign-token.ts";
import { clientError } from "./client-error.ts";
import type { FaultInjection, InjectedFault } from "./ports.ts";

type Place = Parameters<FaultInjection["beforeStep"]>[0];

function injecting(
  step: string,
  end: InjectedFault["end"],
): { readonly faults: FaultInjection; readonly asked: Place[] } {
  const asked: Place[] = [];
  const fault = { ruleIds: ["fault-1"], latencyMs: 7, end };
  const beforeStep = async (place: Place): Promise<InjectedFault | undefined> => {
    asked.push(place);
    return place.step === step ? fault : undefined;
  };
  return { faults: { beforeStep }, asked };
}

const FAULT_REFUSAL = {
  code: "fault_injected",
  hint: undefined,
  message: "emulator: unable to accept connection, a fault was injected",
  reason: "rule fault-1 injected a fault before step `access-key`",
};

describe("a fault before a step of the pipeline", () => {
  test.each(["strict", "soft", "off"] as const)("refuses in mode %s", async (mode) => {
    const { faults, asked } = injecting("access-key", {
      kind: "error",
      sqlState: "57P03",
      message: "not now",
    });
    const { verdict, decisions } = await connect({ world: { mode, faults } });
    const refusal = { ...FAULT_REFUSAL, sqlState: "57P03", message: "not now" };
    expect(verdict).toStrictEqual({ kind: "refused", refusal });
    expect(decisions[0]?.trace.at(-1)).toStrictEqual({
      step: "access-key",
      outcome: "refused",
      saw: { injected: { rules: ["fault-1"], latencyMs: 7 } },
      refusal,
    });
    expect(clientError(refusal as never, SESSION_ID, { explain: false })).toMatchObject({
      sqlState: "57P03",
      message: "not now",
    });
    expect(asked.map(({ step }) => step)).toStrictEqual([
      "tls-and-sni",
      "cluster",
      "connection-rate",
      "connection-count",
      "parse-token",
      "access-key",
    ]);
  });

  test.each<[InjectedFault["end"], object]>([
    [{ kind: "error", sqlState: undefined, message: undefined }, FAULT_REFUSAL],
    [{ kind: "drop" }, { ...FAULT_REFUSAL, isSilent: true }],
  ])("that ends with %j refuses so", async (end, refusal) => {
    const { faults } = injecting("access-key", end);
    expect((await connect({ world: { faults } })).verdict).toStrictEqual({
      kind: "refused",
      refusal,
    });
  });

  test("that only delays is noted at the step", async () => {
    const { faults } = injecting("access-key", { kind: "none" });
    const { verdict, decisions } = await connect({ world: { faults } });
    expect(verdict.kind).toBe("admitted");
    const injected = decisions[0]?.trace.filter(({ saw }) => Object.hasOwn(saw, "injected"));
    expect(injected).toMatchObject([
      {
        step: "access-key",
        outcome: "passed",
        saw: { injected: { rules: ["fault-1"], latencyMs: 7 } },
      },
    ]);
  });

  test("is asked for by what is known of the cluster", async () => {
    const { faults, asked } = injecting("", { kind: "none" });
    await connect({ world: { faults } });
    const named = { region: "us-east-1", cluster: TEST_CLUSTER_ID };
    expect(asked[0]).toStrictEqual({ step: "tls-and-sni", account: undefined, ...named });
    expect(asked.at(-1)).toStrictEqual({ step: "database", account: "123456789012", ...named });
    expect(asked).toHaveLength(16);
  });

  test("whose port breaks refuses with an internal error", async () => {
    const faults = { beforeStep: () => Promise.reject(new Error("broken")) };
    const script: ConnectionScript = { world: { mode: "off", faults } };
    expect((await connect(script)).verdict).toMatchObject({
      kind: "refused",
      refusal: {
        code: "internal_error",
        reason: "what comes before step `tls-and-sni` failed: Error: broken",
      },
    });
  });
});
