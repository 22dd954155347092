import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TEST_CLUSTER_ID, TEST_HOST } from "../fixtures/sigv4/sign-token.ts";
import { createFakeSqlEngine } from "../support/fake-sql-engine.ts";
import { CLOSED, WireClient } from "../support/wire-client.ts";
import { ALIAS, startWireServer, type WireServer } from "../support/wire-server.ts";
import { GSSENC_REQUEST, passwordMessage, SSL_REQUEST, startupMessage } from "./messages.ts";

const { engine } = createFakeSqlEngine();
let server: WireServer;

beforeAll(async () => {
  server = await startWireServer({ engines: { engineOf: () => engine } });
});

afterAll(async () => {
  await server.close();
  expect(server.internalErrors).toEqual([]);
});

/** A handshake may take 10 s: whoever waits for that has not noticed that the client is gone. */
const SHORTER_THAN_HANDSHAKE = { timeout: 8_000 };
const PRIVATE_LINK = `${TEST_CLUSTER_ID}.dsql-fnh4.us-east-1.on.aws`;

function refusal(message: string): string {
  return `B ErrorResponse FATAL 08006 "unable to accept connection, ${message}" detail="Session Id: <26 characters>"`;
}

/** What the startup packet is answered with; a good one gets the question for the password. */
async function startUp(client: WireClient, options?: string): Promise<string[]> {
  const parameters = { user: "admin", database: "postgres" };
  client.send(startupMessage(options === undefined ? parameters : { ...parameters, options }));
  const [first = ""] = await client.receiveUntil("Authentication").catch(() => [""]);
  return first === "" ? [] : [first];
}

async function direct(options: ConnectionOptions): Promise<WireClient> {
  const client = await WireClient.dial(server.port);
  await client.startTls({ ca: server.ca, servername: TEST_HOST, ...options });
  return client;
}

describe("direct TLS", () => {
  test("with the ALPN protocol `postgresql` is served", async () => {
    const client = await WireClient.dial(server.port);
    const socket = await client.startTls({
      ca: server.ca,
      servername: TEST_HOST,
      ALPNProtocols: ["postgresql"],
    });
    expect(socket.alpnProtocol).toBe("postgresql");
    expect(await startUp(client)).toEqual(["B AuthenticationCleartextPassword"]);
    client.send(passwordMessage(await server.token()));
    expect((await client.receiveUntil("ReadyForQuery")).at(-1)).toBe("B ReadyForQuery idle");
    client.destroy();
  });

  test("without ALPN is closed after the handshake", async () => {
    const client = await direct({});
    client.send(startupMessage());
    expect(await client.receiveRest()).not.toContain("B AuthenticationCleartextPassword");
  });

  test("with another ALPN protocol does not get through the handshake", async () => {
    await expect(direct({ ALPNProtocols: ["http/1.1"] })).rejects.toThrow(
      /no application protocol/i,
    );
  });

  test("whose ClientHello comes byte by byte is served", async () => {
    // A recorded hello would be bound to one version of OpenSSL: this one is taken from the client.
    const hello = await clientHello();
    const client = await WireClient.dial(server.port);
    await client.trickle(hello);
    // ServerHello is a handshake record (type 22).
    expect(await client.receiveByte()).toBe("\x16");
    client.destroy();
  });
});

describe("encryption that is asked for", () => {
  test("GSSENCRequest is declined, and SSLRequest may follow", async () => {
    const client = await WireClient.dial(server.port);
    client.send(GSSENC_REQUEST);
    expect(await client.receiveByte()).toBe("N");
    client.send(SSL_REQUEST);
    expect(await client.receiveByte()).toBe("S");
    await client.startTls({ ca: server.ca, servername: TEST_HOST });
    expect(await startUp(client)).toEqual(["B AuthenticationCleartextPassword"]);
    client.destroy();
  });

  test("a StartupMessage in clear is refused in DSQL's form", async () => {
    const client = await WireClient.dial(server.port);
    client.send(startupMessage());
    expect(await client.receiveRest()).toEqual([refusal("ssl is required"), CLOSED]);
  });

  test("the same after GSSENCRequest", async () => {
    const client = await WireClient.dial(server.port);
    client.send(GSSENC_REQUEST);
    expect(await client.receiveByte()).toBe("N");
    client.send(startupMessage());
    expect(await client.receiveRest()).toEqual([refusal("ssl is required"), CLOSED]);
  });

  test("TLS 1.1 is refused, TLS 1.2 and 1.3 are not", async () => {
    async function negotiate(version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3"): Promise<string> {
      const client = await WireClient.dial(server.port);
      client.send(SSL_REQUEST);
      await client.receiveByte();
      try {
        const socket = await client.startTls({
          ca: server.ca,
          servername: TEST_HOST,
          minVersion: version,
          maxVersion: version,
          // OpenSSL's own default forbids what this test needs the client to offer.
          ciphers: "DEFAULT@SECLEVEL=0",
        });
        return socket.getProtocol() ?? "none";
      } catch (error) {
        return error instanceof Error && /alert protocol version/i.test(error.message)
          ? "refused"
          : String(error);
      } finally {
        client.destroy();
      }
    }
    expect(await negotiate("TLSv1.1")).toBe("refused");
    expect(await negotiate("TLSv1.2")).toBe("TLSv1.2");
    expect(await negotiate("TLSv1.3")).toBe("TLSv1.3");
  });

  test("a session on TLS 1.2 is served", async () => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    await client.receiveByte();
    await client.startTls({ ca: server.ca, servername: TEST_HOST, maxVersion: "TLSv1.2" });
    expect(await startUp(client)).toEqual(["B AuthenticationCleartextPassword"]);
    client.destroy();
  });
});

describe("the server name", () => {
  test.each([
    { name: "the public one", serverName: TEST_HOST },
    { name: "in upper case", serverName: TEST_HOST.toUpperCase() },
    { name: "that of PrivateLink", serverName: PRIVATE_LINK },
    { name: "a configured alias", serverName: ALIAS },
  ])("$name leads to the cluster, with a certificate of that name", async ({ serverName }) => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    await client.receiveByte();
    // The client checks the chain and the name.
    const socket = await client.startTls({ ca: server.ca, servername: serverName });
    expect(socket.authorized).toBe(true);
    expect(socket.getPeerCertificate().subjectaltname).toBe(`DNS:${serverName.toLowerCase()}`);
    expect(await startUp(client)).toEqual(["B AuthenticationCleartextPassword"]);
    client.destroy();
  });

  test("that is absent is refused, under the certificate for localhost", async () => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    await client.receiveByte();
    const socket = await client.startTls({ ca: server.ca, servername: "", host: "localhost" });
    expect(socket.authorized).toBe(true);
    client.send(startupMessage());
    expect(await client.receiveRest()).toEqual([refusal("sni was not received"), CLOSED]);
  });

  test("that is absent is made up for by amzn-cluster-id", async () => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    await client.receiveByte();
    await client.startTls({ ca: server.ca, servername: "", host: "localhost" });
    expect(await startUp(client, `-c amzn-cluster-id=${TEST_CLUSTER_ID}`)).toEqual([
      "B AuthenticationCleartextPassword",
    ]);
    client.destroy();
  });

  test.each([
    { name: "that is not a cluster's", serverName: "example.test" },
    {
      name: "of a cluster that does not exist",
      serverName: `${"x".repeat(26)}.dsql.us-east-1.on.aws`,
    },
    { name: "in another region", serverName: `${TEST_CLUSTER_ID}.dsql.us-west-2.on.aws` },
  ])("$name is refused", async ({ serverName }) => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    await client.receiveByte();
    await client.startTls({ ca: server.ca, servername: serverName, rejectUnauthorized: false });
    client.send(startupMessage());
    expect(await client.receiveRest()).toEqual([refusal("invalid sni"), CLOSED]);
  });

  test("of the certificate is checked by the client: a name it was not issued for fails", async () => {
    const client = await WireClient.dial(server.port);
    client.send(SSL_REQUEST);
    await client.receiveByte();
    await expect(client.startTls({ ca: server.ca, servername: "example.test" })).rejects.toThrow(
      /does not match certificate's altnames/,
    );
    client.destroy();
  });
});

describe("a certificate that cannot be had", () => {
  test.each([
    { name: "by default", breaksFor: undefined, reported: ["no default", "no default"] },
    {
      name: "for the server name",
      breaksFor: TEST_HOST,
      reported: [`no ${TEST_HOST}`, `no ${TEST_HOST}`],
    },
  ])("ends the handshake, and the emulator says why: $name", async ({ breaksFor, reported }) => {
    const broken = await startWireServer({
      engines: { engineOf: () => engine },
      beforeCertificate: (serverName) => {
        if (serverName === breaksFor) throw new Error(`no ${serverName ?? "default"}`);
        return undefined;
      },
    });
    try {
      await expect(broken.encrypted()).rejects.toThrow();
      await broken.untilEnded(1);
      const direct = await WireClient.dial(broken.port);
      const options = { ca: broken.ca, servername: TEST_HOST, ALPNProtocols: ["postgresql"] };
      await expect(direct.startTls(options)).rejects.toThrow();
      expect(broken.internalErrors).toEqual(reported);
    } finally {
      await broken.close();
    }
  });
});

describe("a certificate that takes its time", () => {
  let slow: WireServer;
  let issue: () => void;

  beforeEach(async () => {
    const issued = new Promise<void>((resolve) => {
      issue = resolve;
    });
    slow = await startWireServer({
      engines: { engineOf: () => engine },
      beforeCertificate: () => issued,
    });
  });

  afterEach(() => slow.close());

  /** Waits for a whole conversation, by whose end the server has read what was sent before. */
  async function roundTrip(): Promise<void> {
    const client = await WireClient.dial(slow.port);
    client.send(startupMessage());
    expect(await client.receiveRest()).toEqual([refusal("ssl is required"), CLOSED]);
  }

  test.each([
    { name: "behind SSLRequest", isDirect: false },
    { name: "of direct TLS", isDirect: true },
  ])("does not lose the ClientHello $name", async ({ isDirect }) => {
    const client = await WireClient.dial(slow.port);
    if (!isDirect) client.send(SSL_REQUEST);
    if (!isDirect) await client.receiveByte();
    const options = { ca: slow.ca, servername: TEST_HOST, ALPNProtocols: ["postgresql"] };
    const secured = client.startTls(options);
    await roundTrip();
    issue();
    await secured;
    expect(await startUp(client)).toEqual(["B AuthenticationCleartextPassword"]);
    client.destroy();
  });

  test.each([
    {
      name: "closes its side",
      leave: async (client: WireClient): Promise<void> => {
        client.halfClose();
      },
    },
    { name: "vanishes", leave: (client: WireClient): Promise<void> => client.reset() },
  ])("does not keep a client that $name meanwhile", SHORTER_THAN_HANDSHAKE, async ({ leave }) => {
    const client = await WireClient.dial(slow.port);
    client.send(SSL_REQUEST);
    await client.receiveByte();
    client.send(Buffer.from([0x16, 3, 1, 0, 100, 1]));
    await leave(client);
    await roundTrip();
    issue();
    await slow.untilEnded(2);
  });
});

/** The bytes that a client of this machine sends first. */
async function clientHello(): Promise<Buffer> {
  const listener = createServer();
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (typeof address !== "object" || address === null) throw new Error("the listener has no port");
  const accepted = once(listener, "connection");
  const socket: TLSSocket = connectTls({
    host: "127.0.0.1",
    port: address.port,
    servername: TEST_HOST,
    ALPNProtocols: ["postgresql"],
  });
  socket.on("error", () => undefined);
  const [peer] = (await accepted) as [Socket];
  const [hello] = (await once(peer, "data")) as [Buffer];
  peer.destroy();
  socket.destroy();
  listener.close();
  return hello;
}
