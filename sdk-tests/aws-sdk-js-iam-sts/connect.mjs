// Connects as `admin` with a token of AWS's own signer, made with the given credentials.
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import pg from "pg";

/** Who is connected, or the error object of node-postgres. */
export async function connectAs(credentials) {
  const signer = new DsqlSigner({
    hostname: process.env.PGHOST,
    region: process.env.AWS_REGION,
    credentials,
  });
  const client = new pg.Client({
    password: await signer.getDbConnectAdminAuthToken(),
    ssl: { rejectUnauthorized: true },
  });
  try {
    await client.connect();
  } catch ({ severity, code, message, detail, hint }) {
    return { severity, code, message, detail, hint };
  }
  const { rows } = await client.query("SELECT current_user AS name");
  await client.end();
  return rows[0].name;
}

/** A policy document of one statement. */
export function document(statement) {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** The class, name and message of an error of the SDK. */
export async function errorOf(promise) {
  const error = await promise.then(
    (answer) => new Error(`answered: ${JSON.stringify(answer)}`),
    (reason) => reason,
  );
  return { class: error.constructor.name, name: error.name, message: error.message };
}
