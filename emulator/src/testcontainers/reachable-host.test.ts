import { expect, test } from "vitest";
import { reachableHost } from "./reachable-host.ts";

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["localhost", "127.0.0.1"],
])("ports published on %s are reached by %s", async (host, address) => {
  expect(await reachableHost(host)).toBe(address);
});
