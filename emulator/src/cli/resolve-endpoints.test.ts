import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestCertificate, testCertificate } from "../../test/support/loopback-tls.ts";
import { TEST_ENDPOINT } from "../../test/support/ready-info.ts";

const SSL_REQUEST_LENGTH = 8;
const root = process.cwd();

let directory: string;
let preload: string;
let certificate: TestCertificate;
let server: Server;
let port: number;

/** Speaks three ways by the first byte: TLS, PostgreSQL's SSLRequest and then TLS, or a greeting. */
function serve(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.once("data", (first) => {
    if (first[0] === 0x16) {
      socket.pause();
      socket.unshift(first);
      secure(socket, (secured) => secured.end(`sni ${String(secured.servername)}`));
    } else if (first.length === SSL_REQUEST_LENGTH) {
      socket.write("S");
      secure(socket, admit);
    } else {
      socket.end(`plain ${first.toString()}`);
    }
  });
}

function secure(
  socket: Socket,
  use: (secured: TLSSocket & { servername?: unknown }) => void,
): void {
  const secured = new TLSSocket(socket, { isServer: true, secureContext: certificate.context });
  secured.on("error", () => socket.destroy());
  secured.once("secure", () => {
    use(secured);
  });
}

/** Answers a StartupMessage with AuthenticationOk and ReadyForQuery. */
function admit(secured: TLSSocket): void {
  secured.once("data", () => {
    secured.write(Buffer.from("5200000008000000005a0000000549", "hex"));
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "pre load-"));
  const source = readFileSync(new URL("./resolve-endpoints.ts", import.meta.url), "utf8");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  });
  const file = join(directory, "resolve-endpoints.mjs");
  writeFileSync(file, outputText);
  preload = pathToFileURL(file).href;
  certificate = await testCertificate(TEST_ENDPOINT);
  server = createServer(serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});

afterAll(() => {
  server.close();
  certificate.dispose();
  rmSync(directory, { recursive: true, force: true });
});

/** What a program writes that runs with the preload in `NODE_OPTIONS`, as the shell of a user would. */
async function run(
  program: string,
  resolveTo = `127.0.0.1:${port}`,
  ...before: readonly string[]
): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", `const host = ${JSON.stringify(TEST_ENDPOINT)};\n${program}`],
    {
      cwd: root,
      env: {
        PATH: process.env["PATH"],
        NODE_OPTIONS: [...before, preload].map((url) => `--import=${url}`).join(" "),
        NODE_EXTRA_CA_CERTS: certificate.caFile,
        DSQL_EMULATOR_RESOLVE_TO: resolveTo,
      },
    },
  );
  expect(stderr).toBe("");
  return stdout.trim();
}

const READ_ALL = `
const readAll = async (socket) => { let text = ""; for await (const piece of socket) text += piece; return text; };`;
const NET = `import net from "node:net";${READ_ALL}`;

describe("the preload: look-ups", () => {
  const LOOKUP = `
    import dns, { lookup as named } from "node:dns";
    import * as promises from "node:dns/promises";
    import { promisify } from "node:util";
    const called = (...args) => new Promise((done) => dns.lookup(...args, (error, ...rest) => done(error?.code ?? rest)));
    const show = (value) => console.log(JSON.stringify(value));`;

  test("answer an endpoint in every form of dns.lookup", async () => {
    const lines = await run(`${LOOKUP}
      show(await called(host));
      show(await called(host, 4));
      show(await called(host, { family: "IPv4" }));
      show(await called(host, { all: true }));
      show(await called(host, { all: true, family: 0, verbatim: true }));
      show(await called(host, 6));
      show(await called(host.toUpperCase() + "."));
      show(await promisify(dns.lookup)(host));
      show(await new Promise((done) => named(host, (error, address) => done(address))));
      let isLater = false; await new Promise((done) => { dns.lookup(host, () => done(show(isLater))); isLater = true; });`);
    expect(lines.split("\n")).toEqual([
      '["127.0.0.1",4]',
      '["127.0.0.1",4]',
      '["127.0.0.1",4]',
      '[[{"address":"127.0.0.1","family":4}]]',
      '[[{"address":"127.0.0.1","family":4}]]',
      '"ENOTFOUND"',
      '["127.0.0.1",4]',
      '{"address":"127.0.0.1","family":4}',
      '"127.0.0.1"',
      "true",
    ]);
  });

  test("answer an endpoint in every form of dns.promises.lookup", async () => {
    const lines = await run(`${LOOKUP}
      show(await dns.promises.lookup(host));
      show(await promises.lookup(host, { all: true }));
      show(await promises.lookup(host, 6).catch((error) => error.code));`);
    expect(lines.split("\n")).toEqual([
      '{"address":"127.0.0.1","family":4}',
      '[{"address":"127.0.0.1","family":4}]',
      '"ENOTFOUND"',
    ]);
  });

  test("know an IPv6 address, with and without port, and an address alone", async () => {
    const program = `${LOOKUP} show(await called(host));`;
    expect(await run(program, "[::1]:5433")).toBe('["::1",6]');
    expect(await run(program, "::1")).toBe('["::1",6]');
    expect(await run(program, "192.0.2.1")).toBe('["192.0.2.1",4]');
  });

  test("fail when the variable says no address, and leave other names alone", async () => {
    const program = `${LOOKUP}
      const failure = (...args) => new Promise((done) => dns.lookup(...args, (error) => done(error?.message)));
      show(await failure(host));
      show(await dns.promises.lookup(host).catch((error) => error.message));
      show(await called("127.0.0.1"));`;
    const message =
      "DSQL_EMULATOR_RESOLVE_TO is `localhost:5432`, expected ADDRESS:PORT; set it with `dsql-emulator env`";
    expect((await run(program, "localhost:5432")).split("\n")).toEqual([
      JSON.stringify(message),
      JSON.stringify(message),
      '["127.0.0.1",4]',
    ]);
  });

  test("leave other names, addresses and wrong arguments to Node", async () => {
    const lines = await run(`${LOOKUP}
      show(await called("192.0.2.9"));
      for (const wrong of [() => dns.lookup(host), () => dns.lookup(host, { family: 5 }, () => {}), () => dns.lookup(5, () => {})]) {
        try { wrong(); show("no error"); } catch (error) { show(error.code); }
      }`);
    expect(lines.split("\n")).toEqual([
      '["192.0.2.9",4]',
      '"ERR_INVALID_ARG_TYPE"',
      '"ERR_INVALID_ARG_VALUE"',
      '"ERR_INVALID_ARG_TYPE"',
    ]);
  });

  test("answer no name that is not exactly an endpoint", async () => {
    const stub = join(directory, "stub.mjs");
    writeFileSync(
      stub,
      `import dns from "node:dns";
       dns.lookup = (name, callback) => callback(null, "left to Node", 0);
       dns.promises.lookup = async () => ({ address: "left to Node", family: 0 });`,
    );
    const lines = await run(
      `${LOOKUP}
      const id = host.slice(0, 26);
      for (const name of ["x" + host, host.slice(1), "dsql.us-east-1.on.aws", host + ".example", id + ".rds.us-east-1.on.aws",
        id + ".dsql.us-east-1.amazonaws.com", "dsql.us-east-1.api.aws", id + "\\n" + host, id + ".dsqlx.us-east-1.on.aws", id + ".dsql-a.b.us-east-1.on.aws", id + ".dsql-fnh4.us-east-1.on.aws"]) {
        const [address] = await called(name);
        console.log(address, (await dns.promises.lookup(name)).address);
      }`,
      `127.0.0.1:${port}`,
      pathToFileURL(stub).href,
    );
    expect(lines.split("\n")).toEqual([
      ...Array.from({ length: 10 }, () => "left to Node left to Node"),
      "127.0.0.1 127.0.0.1",
    ]);
  });

  test.each(["name:5432", "127.0.0.1:0", "127.0.0.1:99999", "[127.0.0.1", ":5432", "1.2.3:4"])(
    "fail for an endpoint with the target %j, which says no address",
    async (target) => {
      const message = `DSQL_EMULATOR_RESOLVE_TO is \`${target}\`, expected ADDRESS:PORT; set it with \`dsql-emulator env\``;
      expect(
        await run(`${LOOKUP} dns.lookup(host, (error) => console.log(error.message));`, target),
      ).toBe(message);
    },
  );

  test("are Node's when the variable is empty", async () => {
    const program = `import dns from "node:dns"; console.log(dns.lookup.toString().includes("answer("));`;
    expect(await run(program, "")).toBe("false");
  });
});

describe("the preload: connections", () => {
  test.each([
    ["net.connect(port, host)", "net.connect(5432, host)"],
    ["net.connect with a port of digits", 'net.connect("5432", host)'],
    ["net.connect(options)", "net.connect({ host, port: 5432 })"],
    ["net.connect(options, callback)", "net.connect({ host, port: 5432 }, () => {})"],
    ["socket.connect(port, host)", "new net.Socket().connect(5432, host)"],
    ["socket.connect(options)", "new net.Socket().connect({ host, port: 5432 })"],
    ["one address family at a time", "net.connect({ host, port: 5432, autoSelectFamily: false })"],
    ["frozen options", "net.connect(Object.freeze({ host, port: 5432 }))"],
  ])("%s on port 5432 reaches the emulator's port", async (_form, connect) => {
    expect(
      await run(
        `${NET} const socket = ${connect}; socket.write("hi"); console.log(await readAll(socket));`,
      ),
    ).toBe("plain hi");
  });

  test("the emulator's own port, and options of the program, stay as they are", async () => {
    expect(
      await run(`${NET} const options = { host, port: 5432 };
        const socket = net.connect(options); socket.write("hi"); await readAll(socket);
        const direct = net.connect(${port}, host); direct.write("direct");
        console.log(options.port, await readAll(direct));`),
    ).toBe("5432 plain direct");
  });

  test("a callback of connect is called", async () => {
    expect(
      await run(
        `${NET} const socket = net.connect(5432, host, () => { console.log("connected"); socket.destroy(); });`,
      ),
    ).toBe("connected");
  });

  test("other hosts and other ports are untouched", async () => {
    expect(
      await run(`${NET}
        const refused = (port, to) => new Promise((done) => {
          const socket = net.connect(port, to, () => { done("connected"); socket.destroy(); });
          socket.on("error", (error) => done([error.port, error.code]));
        });
        const closed = await new Promise((done) => { const free = net.createServer().listen(0, "127.0.0.1", () => { const { port } = free.address(); free.close(() => done(port)); }); });
        const [port, code] = await refused(closed, host);
        console.log(port === closed, code);
        net.Socket.prototype.connect.call(new net.Socket(), 5432, "127.0.0.1").on("error", (error) => console.log(error.port)).on("connect", function () { console.log(this.remotePort); this.destroy(); });`),
    ).toBe("true ECONNREFUSED\n5432");
  });

  test("TLS sees the endpoint's name, as SNI if the program asks for it and in the check of the certificate", async () => {
    expect(
      await run(`import tls from "node:tls";${READ_ALL}
        console.log(await readAll(tls.connect({ host, port: 5432, servername: host })));
        console.log(await readAll(tls.connect({ host, port: 5432 })));
        const other = "abcdefghijklmnopqrstuvwxyz" + host.slice(26);
        tls.connect({ host: other, port: 5432 }).on("error", (error) => console.log(error.code));`),
    ).toBe(`sni ${TEST_ENDPOINT}\nsni false\nERR_TLS_CERT_ALTNAME_INVALID`);
  });

  test("node-postgres with its usual settings connects and checks the certificate", async () => {
    expect(
      await run(`import pg from "pg";
        const client = new pg.Client({ host, user: "admin", database: "postgres", password: "fake", ssl: true });
        await client.connect();
        console.log(client.port, client.connection.stream.servername, client.connection.stream.authorized);
        client.connection.stream.destroy(); client.on("error", () => {});`),
    ).toBe(`5432 ${TEST_ENDPOINT} true`);
  });

  test("a worker thread has the same, and a second preload changes nothing more", async () => {
    expect(
      await run(`import { Worker } from "node:worker_threads";
        await import(${JSON.stringify(preload)} + "?again");
        new Worker(\`import net from "node:net"; const socket = net.connect(5432, "\${host}");
          socket.write("worker"); socket.on("data", (data) => console.log(String(data)));\`, { eval: true });`),
    ).toBe("plain worker");
  });
});
