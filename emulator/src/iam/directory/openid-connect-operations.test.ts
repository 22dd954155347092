import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  oneViolation,
  type Refusal,
  testDirectory,
  testRefusals,
  times,
} from "../../../test/support/iam-directory.ts";

const url = "https://id.example/realm";
const arn = { openIDConnectProviderArn: `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example/realm` };
const thumbprint = "a".repeat(40);

describe("OpenID Connect providers", () => {
  test("a provider is made, shown without its scheme, and listed", () => {
    const directory = testDirectory();
    const tags = [{ key: "k", value: "v" }];
    expect(
      directory.createOpenIDConnectProvider({
        url,
        clientIDList: ["app", "app"],
        thumbprintList: [thumbprint],
        tags,
      }),
    ).toEqual({ ...arn, tags });
    expect(directory.getOpenIDConnectProvider(arn)).toEqual({
      url: "id.example/realm",
      clientIDList: ["app"],
      thumbprintList: [thumbprint],
      createDate: new Date("2026-03-01T12:00:00Z"),
      tags,
    });
    expect(directory.listOpenIDConnectProviders()).toEqual([arn.openIDConnectProviderArn]);
  });

  test("client ids, thumbprints and tags change", () => {
    const directory = testDirectory();
    directory.createOpenIDConnectProvider({ url });
    directory.addClientIDToOpenIDConnectProvider({ ...arn, clientID: "a" });
    directory.addClientIDToOpenIDConnectProvider({ ...arn, clientID: "a" });
    directory.addClientIDToOpenIDConnectProvider({ ...arn, clientID: "b" });
    directory.removeClientIDFromOpenIDConnectProvider({ ...arn, clientID: "a" });
    directory.removeClientIDFromOpenIDConnectProvider({ ...arn, clientID: "unknown" });
    directory.updateOpenIDConnectProviderThumbprint({ ...arn, thumbprintList: [thumbprint] });
    directory.tagOpenIDConnectProvider({
      ...arn,
      tags: [
        { key: "a", value: "1" },
        { key: "b", value: "2" },
      ],
    });
    directory.untagOpenIDConnectProvider({ ...arn, tagKeys: ["a"] });
    expect(directory.getOpenIDConnectProvider(arn)).toMatchObject({
      clientIDList: ["b"],
      thumbprintList: [thumbprint],
    });
    expect(directory.listOpenIDConnectProviderTags(arn).items).toEqual([{ key: "b", value: "2" }]);
  });

  test("deleting succeeds, also twice", () => {
    const directory = testDirectory();
    directory.createOpenIDConnectProvider({ url });
    directory.deleteOpenIDConnectProvider(arn);
    directory.deleteOpenIDConnectProvider(arn);
    expect(directory.listOpenIDConnectProviders()).toEqual([]);
  });
});

describe("OpenID Connect providers: what is refused", () => {
  const given: Refusal["given"] = (d) => d.createOpenIDConnectProvider({ url });
  const unknown: readonly (readonly [string, Refusal["when"]])[] = [
    ["GetOpenIDConnectProvider", (d) => d.getOpenIDConnectProvider(arn)],
    [
      "UpdateOpenIDConnectProviderThumbprint",
      (d) => {
        d.updateOpenIDConnectProviderThumbprint({ ...arn, thumbprintList: [] });
      },
    ],
    [
      "AddClientIDToOpenIDConnectProvider",
      (d) => {
        d.addClientIDToOpenIDConnectProvider({ ...arn, clientID: "a" });
      },
    ],
    [
      "RemoveClientIDFromOpenIDConnectProvider",
      (d) => {
        d.removeClientIDFromOpenIDConnectProvider({ ...arn, clientID: "a" });
      },
    ],
    [
      "TagOpenIDConnectProvider",
      (d) => {
        d.tagOpenIDConnectProvider({ ...arn, tags: [] });
      },
    ],
    [
      "UntagOpenIDConnectProvider",
      (d) => {
        d.untagOpenIDConnectProvider({ ...arn, tagKeys: [] });
      },
    ],
    ["ListOpenIDConnectProviderTags", (d) => d.listOpenIDConnectProviderTags(arn)],
  ];
  const clients = Array.from({ length: 101 }, (_, index) => `c${index}`);
  const prints = Array.from({ length: 6 }, (_, index) => String(index).padStart(40, "0"));
  testRefusals([
    ...unknown.map(([operation, when]): Refusal => ({
      rule: `${operation} of a provider that is not there`,
      when,
      code: "NoSuchEntity",
      message: `OpenIDConnect Provider not found for arn ${arn.openIDConnectProviderArn}`,
    })),
    ...[
      "http://id.example",
      "id.example",
      "https://",
      "https://id.example?x=1",
      "https://user@id.example",
      "https://id.example:8443",
    ].map((bad): Refusal => ({
      rule: `the URL ${bad}`,
      when: (d) => d.createOpenIDConnectProvider({ url: bad }),
      code: "ValidationError",
      message: "Invalid Open ID Connect Provider URL",
    })),
    {
      rule: "a provider that is there",
      given,
      when: (d) => d.createOpenIDConnectProvider({ url }),
      code: "EntityAlreadyExists",
      message: `Provider with url ${url} already exists.`,
    },
    {
      rule: "a URL of 256 characters",
      when: (d) => d.createOpenIDConnectProvider({ url: `https://${"a".repeat(248)}` }),
      code: "ValidationError",
      message: oneViolation(
        `'https://${"a".repeat(248)}'`,
        "url",
        "have length less than or equal to 255",
      ),
    },
    {
      rule: "101 client ids",
      when: (d) => d.createOpenIDConnectProvider({ url, clientIDList: clients }),
      code: "LimitExceeded",
      message: "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
    },
    {
      rule: "client id 101",
      given: (d) => d.createOpenIDConnectProvider({ url, clientIDList: clients.slice(1) }),
      when: (d) => {
        d.addClientIDToOpenIDConnectProvider({ ...arn, clientID: "more" });
      },
      code: "LimitExceeded",
      message: "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
    },
    {
      rule: "six thumbprints",
      when: (d) => d.createOpenIDConnectProvider({ url, thumbprintList: prints }),
      code: "InvalidInput",
      message: "Thumbprint list must contain fewer than 5 entries.",
    },
    {
      rule: "a thumbprint of 39 characters",
      given,
      when: (d) => {
        d.updateOpenIDConnectProviderThumbprint({ ...arn, thumbprintList: ["a".repeat(39)] });
      },
      code: "ValidationError",
      message: oneViolation(
        `'${"a".repeat(39)}'`,
        "thumbprintList.1.member",
        "have length greater than or equal to 40",
      ),
    },
    {
      rule: "an empty client id",
      given,
      when: (d) => {
        d.addClientIDToOpenIDConnectProvider({ ...arn, clientID: "" });
      },
      code: "ValidationError",
      message: oneViolation("''", "clientID", "have length greater than or equal to 1"),
    },
    {
      rule: "provider 101",
      given: (d) => {
        times(100, (index) => d.createOpenIDConnectProvider({ url: `https://id${index}.example` }));
      },
      when: (d) => d.createOpenIDConnectProvider({ url }),
      code: "LimitExceeded",
      message: "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100",
    },
  ]);
});
