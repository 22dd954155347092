import { describe, expect, test } from "vitest";
import { readStartupParameters } from "./startup-parameters.ts";

function read(parameters: Record<string, string>): ReturnType<typeof readStartupParameters> {
  return readStartupParameters(new Map(Object.entries({ user: "admin", ...parameters })));
}

describe("the parameters of a StartupMessage", () => {
  test("the database is the user's name unless given, as in PostgreSQL", () => {
    expect(read({}).database).toBe("admin");
    expect(read({ database: "" }).database).toBe("admin");
    expect(read({ database: "postgres" }).database).toBe("postgres");
  });

  test.each<[string, Record<string, string>, [string, string][]]>([
    [
      "parameters of their own are settings",
      { application_name: "app", TimeZone: "UTC" },
      [
        ["application_name", "app"],
        ["TimeZone", "UTC"],
      ],
    ],
    [
      "-c with and without a blank, and --",
      { options: "-c search_path=a -cdatestyle=ISO --extra-float-digits=3" },
      [
        ["search_path", "a"],
        ["datestyle", "ISO"],
        ["extra_float_digits", "3"],
      ],
    ],
    [
      "a backslash takes a blank into a value",
      { options: String.raw`-c search_path=a,\ b\\c` },
      [["search_path", String.raw`a, b\c`]],
    ],
    [
      "a parameter of its own wins over the same one in options",
      { options: "-c application_name=one", application_name: "two" },
      [["application_name", "two"]],
    ],
    [
      "what is no setting is kept under its own name, to be refused by name",
      { options: "-x -c", replication: "true" },
      [
        ["-x", ""],
        ["-c", ""],
        ["replication", "true"],
      ],
    ],
    ["protocol extensions are no settings", { "_pq_.feature": "on" }, []],
  ])("%s", (_name, parameters, expected) => {
    expect([...read(parameters).settings]).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ["after -c", "-c amzn-cluster-id=abc", "abc"],
    ["after --", "--amzn-cluster-id=abc", "abc"],
    ["in any letter case", "-cAMZN-Cluster-Id=abc", "abc"],
  ])("finds amzn-cluster-id %s, and makes no setting of it", (_name, options, expected) => {
    const { clusterOption, settings } = read({ options });
    expect({ clusterOption, settings: [...settings] }).toEqual({
      clusterOption: expected,
      settings: [],
    });
  });
});
