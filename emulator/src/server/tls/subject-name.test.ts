import { describe, expect, test } from "vitest";
import { CertificateError } from "./certificate-error.ts";
import { parseSubjectName } from "./subject-name.ts";

describe("names of certificates", () => {
  test.each([
    ["db", "db"],
    ["LocalHost", "localhost"],
    ["a.dsql.us-east-1.on.aws.", "a.dsql.us-east-1.on.aws"],
    ["my_container", "my_container"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["1und1.example", "1und1.example"],
    [`${"a".repeat(63)}.b`, `${"a".repeat(63)}.b`],
  ])("`%s` is the host name `%s`", (name, hostName) => {
    expect(parseSubjectName(name)).toEqual({ kind: "dns", hostName });
  });

  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["::", "::"],
    ["2001:DB8::8:800:200C:417A", "2001:db8::8:800:200c:417a"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["fe80::", "fe80::"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ])("`%s` is the address %s", (name, text) => {
    expect(parseSubjectName(name)).toEqual({ kind: "ip", text });
  });

  test("two spellings of one address are one name", () => {
    expect(parseSubjectName("0:0:0:0:0:0:0:1")).toEqual(parseSubjectName("::1"));
  });

  test.each([
    [""],
    ["."],
    ["a..b"],
    ["-a.example"],
    ["a-.example"],
    ["*.dsql.us-east-1.on.aws"],
    ["bücher.example"],
    ["a b"],
    ["a\0.example"],
    ["1.2.3"],
    ["256.1.1.1"],
    ["fe80::1%eth0"],
    ["[::1]"],
    ["a".repeat(64)],
    [`${"a.".repeat(126)}bc`],
  ])("%j is no name", (name) => {
    expect(() => parseSubjectName(name)).toThrow(CertificateError);
  });

  test("a name that is refused is shown on one line, cut off if it is long", () => {
    expect(() => parseSubjectName(`a\n${"b".repeat(400)}`)).toThrow(
      `cannot make a certificate for \`a\\n${"b".repeat(298)}…\`: expected a host name or an IP address`,
    );
  });
});
