import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DeclaredAccount } from "../iam/index.ts";
import { describeInFile } from "./describe-accounts.ts";
import { loadConfig } from "./load-config.ts";

const DOCUMENT = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};
const ARN = "arn:aws:iam::111111111111";
const ACCOUNT: DeclaredAccount = {
  accountId: "111111111111",
  users: [
    {
      name: "ada",
      path: "/team/",
      accessKeys: [
        { id: "AKIAFAKEFAKEFAKE0001", secret: "fake-secret-1", status: "Active" },
        { id: "AKIAFAKEFAKEFAKE0002", secret: "fake-secret-2", status: "Inactive" },
      ],
      policies: [{ name: "own", document: DOCUMENT }],
      managedPolicies: [`${ARN}:policy/p`],
      groups: ["staff"],
      permissionsBoundary: `${ARN}:policy/p`,
      tags: { Team: "db" },
      mfaDevices: [{ serialNumber: `${ARN}:mfa/ada`, seed: "JBSWY3DPEHPK3PXP" }],
    },
  ],
  groups: [{ name: "staff", path: "/", policies: [], managedPolicies: [] }],
  roles: [
    {
      name: "app",
      path: "/",
      policies: [],
      managedPolicies: ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"],
      trustPolicy: {
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { AWS: "111111111111" }, Action: "sts:AssumeRole" },
        ],
      },
      maxSessionDuration: 7200,
      description: "of the service",
      tags: {},
    },
  ],
  policies: [
    {
      name: "p",
      path: "/",
      versions: [
        { id: "v2", document: DOCUMENT, isDefault: true },
        { id: "v3", document: DOCUMENT, isDefault: false },
      ],
      tags: {},
    },
    {
      name: "ViewOnlyAccess",
      path: "/job-function/",
      versions: [{ id: "v1", document: DOCUMENT, isDefault: true }],
      tags: {},
      isOfAws: true,
    },
  ],
  oidcProviders: [
    {
      url: "https://idp.example.com",
      clientIds: [],
      thumbprints: ["0".repeat(40)],
      tags: {},
      keys: { jwksUrl: "http://127.0.0.1:1/keys" },
    },
  ],
};

describe("an account in the form of the file", () => {
  test("is the account again when it is read", () => {
    const directory = mkdtempSync(join(tmpdir(), "dsql-emulator-describe-"));
    try {
      const accounts = [describeInFile(ACCOUNT, { withSecrets: true })];
      writeFileSync(join(directory, "dsql-emulator.yaml"), JSON.stringify({ accounts }));
      const config = loadConfig({ args: [], env: {}, workingDirectory: directory });
      expect(config.accounts).toEqual([ACCOUNT]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("has no secret unless it is asked for", () => {
    const text = JSON.stringify(describeInFile(ACCOUNT, { withSecrets: false }));
    expect(text).toContain("AKIAFAKEFAKEFAKE0001");
    expect(text).not.toMatch(/fake-secret|JBSWY3DPEHPK3PXP/);
  });

  test("leaves out what is as by default", () => {
    const [group] = ACCOUNT.groups;
    const account = { ...ACCOUNT, users: [], roles: [], policies: [], oidcProviders: [] };
    expect(group).toBeDefined();
    expect(describeInFile(account, { withSecrets: true })).toEqual({
      id: "111111111111",
      groups: [{ name: "staff" }],
    });
  });
});
