import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
  type SecureContext,
  type SecureVersion,
  TLSSocket,
} from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FixedClock } from "../../../test/support/fixed-clock.ts";
import { raceProcesses } from "../../../test/support/race-processes.ts";
import { type CertificateAuthority, openCertificateAuthority } from "./certificate-authority.ts";
import { CertificateError } from "./certificate-error.ts";

const HOST = "dsqlemulatorlocalcluster2a.dsql.us-east-1.on.aws";
const DAY_MS = 86_400_000;
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
let base: string;
let directory: string;
let certificateFile: string;
let keyFile: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "ca-"));
  directory = join(base, "ca");
  certificateFile = join(directory, "ca.pem");
  keyFile = join(directory, "ca.key");
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

interface Client {
  readonly servername?: string;
  readonly maxVersion?: SecureVersion;
  readonly ciphers?: string;
  readonly rejectUnauthorized?: boolean;
}

/** What a client sees that checks certificate and name, unless it says otherwise (libpq: `verify-full`). */
async function certificateSeen(
  context: SecureContext,
  ca: string,
  client: Client = {},
): Promise<DetailedPeerCertificate> {
  const server = createServer((socket) => {
    const secured = new TLSSocket(socket, { isServer: true, secureContext: context });
    secured.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1", ca, minVersion: "TLSv1", ...client });
  try {
    await once(socket, "secureConnect");
    return socket.getPeerCertificate(true);
  } finally {
    socket.destroy();
    server.close();
  }
}

/** The certificate of a context, whoever it is for. */
async function leafOf(context: SecureContext): Promise<X509Certificate> {
  const { raw } = await certificateSeen(context, "", { rejectUnauthorized: false });
  return new X509Certificate(raw);
}

async function failure(open: () => Promise<unknown>): Promise<string> {
  try {
    await open();
  } catch (error) {
    if (error instanceof CertificateError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

function open(systemNow?: () => Date): Promise<CertificateAuthority> {
  return openCertificateAuthority({ directory, ...(systemNow && { systemNow }) });
}

describe("a certificate of the emulator's authority", () => {
  test("is accepted for its host name by a client that trusts the CA and checks the name", async () => {
    const ca = await open();
    const seen = await certificateSeen(await ca.leafFor(HOST), ca.caCertificatePem, {
      servername: HOST,
    });
    expect(seen.subjectaltname).toBe(`DNS:${HOST}`);
    expect(seen.subject.CN).toBe(HOST);
    // The chain is sent, so a client can show what it would have to trust.
    expect(seen.issuerCertificate.fingerprint256).toBe(
      new X509Certificate(ca.caCertificatePem).fingerprint256,
    );
  });

  test("is refused under another host name", async () => {
    const ca = await open();
    const servername = HOST.replace("us-east-1", "us-east-2");
    await expect(
      certificateSeen(await ca.leafFor(HOST), ca.caCertificatePem, { servername }),
    ).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  test("is refused by a client that does not trust the CA", async () => {
    const ca = await open();
    const other = await openCertificateAuthority({ directory: join(base, "other") });
    await expect(
      certificateSeen(await ca.leafFor(HOST), other.caCertificatePem, { servername: HOST }),
    ).rejects.toMatchObject({ code: "SELF_SIGNED_CERT_IN_CHAIN" });
  });

  test("is not given to a client that speaks no TLS 1.2", async () => {
    const ca = await open();
    await expect(
      certificateSeen(await ca.leafFor(HOST), ca.caCertificatePem, {
        servername: HOST,
        maxVersion: "TLSv1.1",
        // Lets OpenSSL speak that version at all, so that it is the server that refuses.
        ciphers: "DEFAULT@SECLEVEL=0",
      }),
    ).rejects.toMatchObject({ code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
    await certificateSeen(await ca.leafFor(HOST), ca.caCertificatePem, {
      servername: HOST,
      maxVersion: "TLSv1.2",
    });
  });

  test("for clients without a server name is for this machine and the names that are given", async () => {
    const names = ["db", "LOCALHOST", "10.1.2.3", "2001:db8::1"];
    const ca = await openCertificateAuthority({ directory, defaultNames: names });
    const seen = await certificateSeen(await ca.defaultLeaf(), ca.caCertificatePem);
    const of = (host: string): string | undefined => checkServerIdentity(host, seen)?.message;
    const accepted = ["localhost", "127.0.0.1", "::1", "db", "10.1.2.3", "2001:db8::1"];
    expect(accepted.map(of)).toEqual(accepted.map(() => undefined));
    expect(of("10.1.2.4")).toContain("IP: 10.1.2.4 is not in the cert's list");
    expect(of(HOST)).toContain("is not in the cert's altnames");
    expect(seen.subjectaltname?.split(", ").length).toBe(6);
  });

  test("can be for an address", async () => {
    const ca = await open();
    const seen = await certificateSeen(await ca.leafFor("::1"), ca.caCertificatePem, {
      rejectUnauthorized: false,
    });
    expect(checkServerIdentity("::1", seen)).toBeUndefined();
    expect(checkServerIdentity("::2", seen)?.message).toContain("is not in the cert's list");
  });

  test("can be for a host name longer than a common name may be", async () => {
    const ca = await open();
    const long = `${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.example`;
    const seen = await certificateSeen(await ca.leafFor(long), ca.caCertificatePem, {
      servername: long,
    });
    expect(seen.subject.CN).toBe("dsql-emulator");
  });

  test("is refused as a value for what is no name", async () => {
    await expect((await open()).leafFor("*.on.aws")).rejects.toThrow(CertificateError);
  });

  test.skipIf(!hasOpenssl)("passes OpenSSL's strict check, name and purpose included", async () => {
    const ca = await open();
    const leafFile = join(base, "leaf.pem");
    writeFileSync(leafFile, (await leafOf(await ca.leafFor(HOST))).toString());
    const verify = (...options: string[]): string =>
      execFileSync(
        "openssl",
        ["verify", "-x509_strict", "-CAfile", ca.caCertificatePath, ...options],
        { encoding: "utf8", stdio: "pipe" },
      );
    expect(verify("-purpose", "sslserver", "-verify_hostname", HOST, leafFile)).toBe(
      `${leafFile}: OK\n`,
    );
    expect(verify(ca.caCertificatePath)).toBe(`${ca.caCertificatePath}: OK\n`);
    expect(() => verify("-purpose", "sslclient", leafFile)).toThrow();
    expect(() => verify("-verify_hostname", "localhost", leafFile)).toThrow();
  });
});

describe("how long certificates live", () => {
  test("a server certificate begins a day ago and ends in 396 days; the CA's in ten years", async () => {
    const clock = new FixedClock("2026-01-02T03:04:05Z");
    const ca = await open(() => clock.now());
    const { validFrom, validTo } = await leafOf(await ca.leafFor(HOST));
    expect([validFrom, validTo]).toEqual(["Jan  1 03:04:05 2026 GMT", "Feb  2 03:04:05 2027 GMT"]);
    const own = new X509Certificate(ca.caCertificatePem);
    expect([own.validFrom, own.validTo]).toEqual([
      "Jan  1 03:04:05 2026 GMT",
      "Dec 31 03:04:05 2035 GMT",
    ]);
  });

  test("a certificate is kept, whatever the spelling of its name, until 30 days before its end", async () => {
    const clock = new FixedClock();
    const ca = await open(() => clock.now());
    const first = await ca.leafFor(HOST);
    clock.advance(366 * DAY_MS - 1);
    expect(await ca.leafFor(`${HOST.toUpperCase()}.`)).toBe(first);
    clock.advance(1);
    const second = await ca.leafFor(HOST);
    expect(second).not.toBe(first);
    expect((await leafOf(second)).validFrom).toBe("Jan  2 03:04:05 2027 GMT");
    expect(await ca.leafFor(HOST)).toBe(second);
  });

  test("calls at the same time get the same certificate", async () => {
    const ca = await open();
    const [first, second] = await Promise.all([ca.leafFor(HOST), ca.leafFor(HOST)]);
    expect(second).toBe(first);
  });

  test("of more names than are kept, the least recently used certificate is forgotten", async () => {
    const ca = await openCertificateAuthority({ directory, maxLeaves: 4 });
    const [kept, forgotten] = [await ca.leafFor("kept"), await ca.leafFor("forgotten")];
    for (let index = 0; index < 2; index += 1) await ca.leafFor(`h${index}`);
    expect(await ca.leafFor("kept")).toBe(kept);
    await ca.leafFor("one-more");
    expect(await ca.leafFor("kept")).toBe(kept);
    expect(await ca.leafFor("forgotten")).not.toBe(forgotten);
  });

  test.each([
    ["has expired", 4000],
    ["expires soon", 3300],
    ["is not valid yet", -2],
  ])("a CA certificate that %s is made anew with the same key", async (reason, days) => {
    const clock = new FixedClock();
    const before = await open(() => clock.now());
    clock.advance(days * DAY_MS);
    const after = await open(() => clock.now());
    expect(after.notices).toEqual([
      `\`${certificateFile}\` ${reason} and was made anew with the same key: clients must trust the new file`,
    ]);
    expect(after.caCertificatePem).toBe(readFileSync(certificateFile, "utf8"));
    expect((await open(() => clock.now())).notices).toEqual([]);
    const [old, fresh] = [before, after].map((ca) => new X509Certificate(ca.caCertificatePem));
    expect(fresh?.fingerprint256).not.toBe(old?.fingerprint256);
    expect(fresh?.subject).toBe(old?.subject);
    expect(fresh?.publicKey.equals(old?.publicKey as never)).toBe(true);
  });

  test("clients that trust the former CA certificate accept those of the new one until it ends", async () => {
    const past = new Date(Date.now() - 3300 * DAY_MS);
    const before = await open(() => past);
    const after = await open();
    expect(after.caCertificatePem).not.toBe(before.caCertificatePem);
    await certificateSeen(await after.leafFor(HOST), before.caCertificatePem, { servername: HOST });
  });

  test("a CA certificate may end after 2049", async () => {
    const ca = await open(() => new Date("2045-01-01T00:00:00Z"));
    expect(new X509Certificate(ca.caCertificatePem).validTo).toBe("Dec 30 00:00:00 2054 GMT");
  });
});

describe("the files of the authority", () => {
  test("are a certificate for everybody and a key for the owner, and nothing else", async () => {
    const ca = await open();
    expect(readdirSync(directory).sort()).toEqual(["ca.key", "ca.pem"]);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(certificateFile).mode & 0o044).toBe(0o044);
    expect(ca.caCertificatePath).toBe(certificateFile);
    expect(ca.caCertificatePem).toBe(readFileSync(certificateFile, "utf8"));
    expect(ca.notices).toEqual([]);
    expect(new X509Certificate(ca.caCertificatePem).subject).toMatch(
      /^CN=dsql-emulator local CA [0-9a-f]{8}$/,
    );
  });

  test("are used again at the next start", async () => {
    const first = await open();
    expect((await open()).caCertificatePem).toBe(first.caCertificatePem);
  });

  test("are one pair for processes that start at the same time", async () => {
    const calls = Array.from({ length: 20 }, (_, index) => [{ directory: join(base, `${index}`) }]);
    const url = new URL("./certificate-authority.ts", import.meta.url);
    const [first, ...others] = await raceProcesses(3, url, "openCertificateAuthority", calls);
    expect(first?.length).toBe(20);
    expect(others).toEqual([first, first]);
    const opened = await Promise.all(calls.map(([options]) => openCertificateAuthority(options!)));
    expect(opened.map(({ caCertificatePem }) => caCertificatePem).length).toBe(20);
  });

  test("a certificate that is gone is made from the key", async () => {
    const first = new X509Certificate((await open()).caCertificatePem);
    rmSync(certificateFile);
    const second = new X509Certificate((await open()).caCertificatePem);
    expect(second.subject).toBe(first.subject);
    expect(second.publicKey.equals(first.publicKey)).toBe(true);
  });

  test("a certificate without its key is not replaced", async () => {
    const { caCertificatePem } = await open();
    rmSync(keyFile);
    expect(await failure(open)).toBe(
      `\`${certificateFile}\` is there but \`${keyFile}\` is not: put the key back, or remove the certificate to have a new CA made`,
    );
    expect(readFileSync(certificateFile, "utf8")).toBe(caCertificatePem);
    expect(readdirSync(directory)).toEqual(["ca.pem"]);
  });

  test("a certificate of another key is refused and left", async () => {
    await open();
    const other = join(base, "other");
    await openCertificateAuthority({ directory: other });
    copyFileSync(join(other, "ca.pem"), certificateFile);
    const text = readFileSync(certificateFile, "utf8");
    expect(await failure(open)).toBe(
      `\`${certificateFile}\` does not belong to the key beside it: put the right one back, or remove the certificate to have it made from the key`,
    );
    expect(readFileSync(certificateFile, "utf8")).toBe(text);
  });

  test.each([
    ["ca.key", "", "is not a private key in PEM"],
    ["ca.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n", "is not a private key in PEM"],
    ["ca.pem", "", "is not a certificate in PEM"],
    ["ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n", "is not a certificate in PEM"],
  ])("a broken %s (%j) is refused by name and left", async (name, content, problem) => {
    await open();
    const file = join(directory, name);
    writeFileSync(file, content);
    expect(await failure(open)).toMatch(new RegExp(`^\`[^\`]*/ca/${name}\` ${problem}: `));
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  test("a file that cannot be read is refused by name", async () => {
    mkdirSync(keyFile, { recursive: true });
    expect(await failure(open)).toBe(
      `\`${keyFile}\` cannot be read (EISDIR): the user that runs the emulator must be allowed to`,
    );
  });

  test("a directory that cannot be made is refused by name", async () => {
    writeFileSync(directory, "");
    expect(await failure(open)).toBe(
      `\`${directory}\` cannot be made (EEXIST): the user that runs the emulator must be allowed to`,
    );
  });

  test("a key that others can read is closed to them, and that is said", async () => {
    await open();
    chmodSync(keyFile, 0o644);
    expect((await open()).notices).toEqual([
      `\`${keyFile}\` could be read by other users of this machine; its mode is 0600 again`,
    ]);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect((await open()).notices).toEqual([]);
  });

  test("a default name that is none is refused at start", async () => {
    expect(
      await failure(() => openCertificateAuthority({ directory, defaultNames: ["not a name"] })),
    ).toBe("cannot make a certificate for `not a name`: expected a host name or an IP address");
  });
});
