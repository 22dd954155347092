/** The schema of each kind of step. */
import {
  anything,
  expected,
  type JsonSchema,
  mapping,
  object,
  PRINCIPAL,
  SAVE,
  text,
} from "./schema-parts.ts";

const CONNECTION = text("name of the connection; `default` unless given");

const SERVER_ERROR = object(
  "fields of the server's error; null for a hint that must not be there",
  {
    code: expected("reason code of the refusal, as in docs/errors.md"),
    sqlState: expected("SQLSTATE"),
    severity: expected("severity"),
    message: expected("message"),
    detail: expected("DETAIL"),
    hint: expected("HINT"),
  },
);

const { code: _code, ...ERROR_FIELDS } = SERVER_ERROR["properties"] as Record<string, JsonSchema>;
const SQL_ERROR = object("fields of the error", ERROR_FIELDS);

const TOKEN = object("how the token differs from a right one", {
  expiresIn: { type: ["integer", "string"], description: "X-Amz-Expires; 900 unless given" },
  region: text("region of the scope; the cluster's unless given"),
  service: text("service of the scope; dsql unless given"),
  host: text("host that is signed; the cluster's endpoint unless given"),
  action: text("Action; DbConnectAdmin for admin, else DbConnect"),
  signedAt: text(
    "moment of signing: ISO 8601, or a duration from the emulator's now, such as -PT20M",
  ),
  scopeDate: text("day of the scope, YYYYMMDD; that of signedAt unless given"),
  accessKeyId: text("access key id in place of the principal's"),
  secret: text("secret in place of the principal's; `wrong` is one that is nobody's"),
  sessionToken: {
    type: ["string", "null"],
    description: "session token in place of the principal's; null leaves it out",
  },
  tamper: {
    type: ["string", "object"],
    description:
      "changes after signing: `signature` for its last digit, or parameters with new values, null to leave out",
  },
  text: { type: "string", description: "the password itself, in place of a token" },
  save: text("variable that the token is saved in"),
});

const CONNECT = object("opens a connection", {
  as: PRINCIPAL,
  role: text("role of the database; admin unless given"),
  name: CONNECTION,
  cluster: text("identifier of the cluster; the first one unless given"),
  database: text("database; postgres unless given"),
  options: { type: "string", description: "options of the start-up message" },
  applicationName: text("application_name"),
  tls: { enum: ["on", "off", "no-sni"], description: "encryption, and whether the host is named" },
  serverName: text("host name that is asked for; the cluster's endpoint unless given"),
  token: TOKEN,
  expect: {
    description: "what must happen; admitted unless given",
    oneOf: [
      { enum: ["admitted", "refused", "dropped"] },
      object("refused", { refused: SERVER_ERROR }, ["refused"]),
    ],
  },
});

const QUERY = object(
  "runs SQL",
  {
    sql: text("statements"),
    on: CONNECTION,
    padding: {
      type: "integer",
      minimum: 0,
      description: "bytes of a comment behind the statements, for messages that are too long",
    },
    parameters: { type: "array", description: "values of $1 and so on" },
    expect: object("what must come; success unless given", {
      rows: { type: ["array", "object"], description: "rows of the last statement" },
      rowCount: expected("number of rows"),
      command: expected("command of the last statement"),
      error: SQL_ERROR,
    }),
    save: { ...SAVE, description: "variables to save: name to path, such as rows.0.id" },
  },
  ["sql"],
);

const CLOSED = object("the server has ended the connection", {
  on: CONNECTION,
  expect: {
    description: "silent: without an error; or fields of the error",
    oneOf: [{ const: "silent" }, SQL_ERROR],
  },
});

function awsCall(service: string): JsonSchema {
  return {
    type: "object",
    description: `calls ${service}: one operation with its parameters`,
    properties: {
      as: { ...PRINCIPAL, type: ["string", "object", "null"] },
      region: text("region of the scope"),
      expect: mapping("part of the answer, or `error` with `code`, `message` and `status`"),
      save: SAVE,
    },
    patternProperties: {
      "^[A-Z][A-Za-z]+$": {
        type: ["object", "null"],
        description: "operation with its parameters; policies may be mappings",
      },
    },
    additionalProperties: false,
  };
}

const CLOCK = {
  ...object("moves the emulator's clock", {
    advance: text("duration of ISO 8601"),
    set: text("moment of ISO 8601"),
    offset: text("duration from the system's time"),
    freeze: { const: true, description: "stands still" },
    resume: { const: true, description: "goes on" },
    force: { type: "boolean", description: "go back although sessions are open" },
  }),
  minProperties: 1,
};

const FAULT = {
  description: "adds a fault rule, in the form of POST /_emulator/faults, or `clear`",
  oneOf: [{ const: "clear" }, mapping("fault rule")],
};

const EVENT = object(
  "expects an event of CloudTrail's form",
  {
    expect: mapping("part of an event"),
    eventName: text("only events of this name"),
    count: {
      type: "integer",
      minimum: 0,
      description: "how many there are; at least one unless given",
    },
    save: SAVE,
  },
  ["expect"],
);

const STATE = object("expects something of the emulator's state", {
  expect: anything("part of the state, in the configuration's form"),
  save: SAVE,
});

const HTTP = object(
  "calls the emulator's HTTP port, without a signature",
  {
    path: text("path and query"),
    method: text("GET unless given"),
    body: anything("JSON"),
    expect: object("what must come; a status below 400 unless given", {
      status: expected("HTTP status"),
      body: anything("part of the answer"),
    }),
    save: SAVE,
  },
  ["path"],
);

/** Schema by kind of step. */
export const STEP_SCHEMAS = {
  connect: CONNECT,
  query: QUERY,
  close: object("closes the connection", { on: CONNECTION }),
  break: object("breaks the connection without a farewell", { on: CONNECTION }),
  closed: CLOSED,
  iam: awsCall("IAM"),
  sts: awsCall("STS"),
  dsql: awsCall("DSQL"),
  clock: CLOCK,
  fault: FAULT,
  event: EVENT,
  state: STATE,
  http: HTTP,
} as const satisfies Record<string, JsonSchema>;

/** The kinds of steps. */
export type StepKind = keyof typeof STEP_SCHEMAS;
