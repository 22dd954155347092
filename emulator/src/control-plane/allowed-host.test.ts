import { describe, expect, test } from "vitest";
import { hostFilter } from "./allowed-host.ts";

describe("a Host header", () => {
  const local = hostFilter({
    bindHost: "127.0.0.1",
    allowedHosts: ["emulator", "DB.Example.Test"],
  });

  test.each([
    "localhost",
    "localhost:9432",
    "LOCALHOST.:9432",
    "a.localhost:9432",
    "a.b.LocalHost.",
    "127.0.0.1",
    "127.0.0.1:80",
    "127.8.7.6:9432",
    "127.1:9432",
    "0x7f000001",
    "[::1]",
    "[::1]:9432",
    "[0:0:0:0:0:0:0:1]:9432",
    "[::ffff:127.0.0.1]:9432",
    "emulator:9432",
    "db.example.test",
  ])("is allowed as %s", (header) => {
    expect(local(header)).toBe(true);
  });

  test.each([
    "",
    "example.com",
    "evil.localhost.example.com:9432",
    "localhost.example.com",
    "notlocalhost:9432",
    "127.0.0.1.example.com",
    "128.0.0.1",
    "192.168.0.7:9432",
    "0.0.0.0:9432",
    "[::]:9432",
    "[::2]",
    "::1",
    "[::ffff:10.0.0.1]",
    "localhost:9432:80",
    "user@localhost",
    "localhost/x",
    "localhost#x",
    "local\thost",
    "ｌocalhost",
    "emulator.other",
    "[localhost]",
    ".",
  ])("is refused as %j", (header) => {
    expect(local(header)).toBe(false);
  });

  test("may be any address, and no other name, when the server listens on all of them", () => {
    for (const bindHost of ["0.0.0.0", "::"]) {
      const isAllowed = hostFilter({ bindHost, allowedHosts: [] });
      expect(
        ["172.18.0.2:9432", "[fd00::7]", "0.0.0.0:9432", "[::]"].filter(isAllowed),
      ).toHaveLength(4);
      expect(["example.com", "emulator:9432"].filter(isAllowed)).toEqual([]);
    }
  });

  test("may be the address that the server listens on", () => {
    const isAllowed = hostFilter({ bindHost: "192.168.0.7", allowedHosts: [] });
    expect(["192.168.0.7:9432", "localhost", "192.168.0.8"].map(isAllowed)).toEqual([
      true,
      true,
      false,
    ]);
    expect(hostFilter({ bindHost: "fd00:0::7", allowedHosts: [] })("[fd00::7]:9432")).toBe(true);
  });
});
