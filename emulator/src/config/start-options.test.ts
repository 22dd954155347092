import { describe, expect, test } from "vitest";
import { parseStartOptions, START_OPTIONS } from "./start-options.ts";

const ALL_OPTIONS =
  "--config, --data-dir, --host, --pg-port, --http-port, --enforce, --explain-errors, --log-format, --ready-file, --hooks, --ca-file";

describe("parseStartOptions", () => {
  test("reads every option from the arguments", () => {
    const args = [
      ...["--config", "a.yaml", "--data-dir=b", "--host", "0.0.0.0", "--pg-port", "0"],
      ...["--http-port=65535", "--enforce", "soft", "--explain-errors", "--log-format", "json"],
      ...["--ready-file", "r.json", "--hooks", "h", "--ca-file", "c.pem"],
    ];
    expect(parseStartOptions(args, {})).toEqual({
      values: {
        config: "a.yaml",
        dataDir: "b",
        host: "0.0.0.0",
        pgPort: 0,
        httpPort: 65_535,
        enforce: "soft",
        explainErrors: true,
        logFormat: "json",
        readyFile: "r.json",
        hooksDirectory: "h",
        caFile: "c.pem",
      },
      problems: [],
    });
  });

  test("reads every option from the environment", () => {
    const env = {
      DSQL_EMULATOR_CONFIG: "a.yaml",
      DSQL_EMULATOR_DATA_DIR: "b",
      DSQL_EMULATOR_HOST: "::1",
      DSQL_EMULATOR_PG_PORT: "1",
      DSQL_EMULATOR_HTTP_PORT: "2",
      DSQL_EMULATOR_ENFORCE: "off",
      DSQL_EMULATOR_EXPLAIN_ERRORS: "1",
      DSQL_EMULATOR_LOG_FORMAT: "pretty",
      DSQL_EMULATOR_READY_FILE: "r.json",
      DSQL_EMULATOR_HOOKS: "h",
      DSQL_EMULATOR_CA_FILE: "c.pem",
    };
    expect(Object.keys(env)).toEqual(START_OPTIONS.map((option) => option.environmentVariable));
    expect(parseStartOptions([], env)).toEqual({
      values: {
        config: "a.yaml",
        dataDir: "b",
        host: "::1",
        pgPort: 1,
        httpPort: 2,
        enforce: "off",
        explainErrors: true,
        logFormat: "pretty",
        readyFile: "r.json",
        hooksDirectory: "h",
        caFile: "c.pem",
      },
      problems: [],
    });
  });

  test("prefers an argument to the environment, and the last of two arguments", () => {
    const env = { DSQL_EMULATOR_PG_PORT: "1", DSQL_EMULATOR_EXPLAIN_ERRORS: "true" };
    const args = ["--pg-port", "2", "--explain-errors=false", "--pg-port", "3"];
    expect(parseStartOptions(args, env)).toEqual({
      values: { pgPort: 3, explainErrors: false },
      problems: [],
    });
  });

  test("leaves other variables of the environment alone", () => {
    expect(parseStartOptions([], { HOST: "x", PORT: "1" })).toEqual({ values: {}, problems: [] });
  });

  test.each([
    [["--port=1"], "--port", `is not an option; the options are ${ALL_OPTIONS}`],
    [["-p"], "-p", `is not an option; the options are ${ALL_OPTIONS}`],
    [["x"], "arguments", "`x` is not an option"],
    [["--", "--host"], "arguments", "`--host` is not an option"],
    [["--host"], "--host", "has no value; expected --host ADDRESS"],
    [["--config", "--explain-errors"], "--config", "has no value; expected --config FILE"],
    [["--host="], "--host", "has an empty value"],
    [["--data-dir", " "], "--data-dir", "has an empty value"],
    [["--pg-port", "65536"], "--pg-port", "is `65536`; expected a port from 0 to 65535"],
    [["--pg-port=-1"], "--pg-port", "is `-1`; expected a port from 0 to 65535"],
    [["--http-port", "1e3"], "--http-port", "is `1e3`; expected a port from 0 to 65535"],
    [["--enforce", "Strict"], "--enforce", "is `Strict`; expected strict, soft or off"],
    [["--log-format", "xml"], "--log-format", "is `xml`; expected pretty or json"],
    [["--explain-errors=yes"], "--explain-errors", "is `yes`; expected true, false, 1 or 0"],
  ])("refuses %j", (args, path, message) => {
    expect(parseStartOptions(args, {})).toEqual({ values: {}, problems: [{ path, message }] });
  });

  test("names the variable when the environment is wrong, and reports everything", () => {
    const env = { DSQL_EMULATOR_ENFORCE: "", DSQL_EMULATOR_HTTP_PORT: "http" };
    expect(parseStartOptions(["--pg-port", "x"], env)).toEqual({
      values: {},
      problems: [
        {
          path: "DSQL_EMULATOR_HTTP_PORT",
          message: "is `http`; expected a port from 0 to 65535",
        },
        { path: "DSQL_EMULATOR_ENFORCE", message: "has an empty value" },
        { path: "--pg-port", message: "is `x`; expected a port from 0 to 65535" },
      ],
    });
  });
});

describe("START_OPTIONS", () => {
  test("the variable of an option is its name in capitals", () => {
    for (const { name, environmentVariable } of START_OPTIONS) {
      const capitals = name.toUpperCase().replaceAll("-", "_");
      expect(environmentVariable).toBe(`DSQL_EMULATOR_${capitals}`);
    }
  });
});
