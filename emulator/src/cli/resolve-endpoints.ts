/**
 * Preload for Node programs (`node --import`): cluster endpoints, and no other name, lead to the
 * emulator at `DSQL_EMULATOR_RESOLVE_TO` (`ADDRESS:PORT`, `[ADDRESS]:PORT` or `ADDRESS`). Names are
 * answered with that address, and connections to port 5432 of such a name go to that port. TLS
 * still sees the endpoint's name. A value that says no address makes the look-ups of endpoints fail:
 * they must not lead to the real service.
 */
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

interface Target {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number | undefined;
}

interface LookupAnswer {
  readonly address: string;
  readonly family: number;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** The endpoint forms of `dsql/cluster-endpoint.ts`; a preload imports nothing of ours. */
const CLUSTER_ENDPOINT =
  /^[a-z0-9]{26}\.dsql(?:-[a-z0-9]+)?\.[a-z]{2}(?:-[a-z]+)+-\d\.on\.aws\.?$/i;
const VARIABLE = "DSQL_EMULATOR_RESOLVE_TO";
const DSQL_PORT = 5432;
const FAMILIES: ReadonlyMap<unknown, 0 | 4 | 6> = new Map<unknown, 0 | 4 | 6>([
  [undefined, 0],
  [0, 0],
  [4, 4],
  [6, 6],
  ["IPv4", 4],
  ["IPv6", 6],
]);

function parseTarget(text: string): Target | undefined {
  if (net.isIP(text) !== 0) return { address: text, family: familyOf(text), port: undefined };
  const groups = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[^:]+))(?::(?<port>\d{1,5}))?$/.exec(text)?.groups;
  const address = groups?.["v6"] ?? groups?.["v4"] ?? "";
  const port = groups?.["port"] === undefined ? undefined : Number(groups["port"]);
  if (net.isIP(address) === 0 || port === 0 || (port ?? 0) > 65_535) return undefined;
  return { address, family: familyOf(address), port };
}

function familyOf(address: string): 4 | 6 {
  return net.isIP(address) === 6 ? 6 : 4;
}

function isClusterEndpoint(name: unknown): name is string {
  return typeof name === "string" && CLUSTER_ENDPOINT.test(name);
}

/**
 * The answer to a look-up, an error if only the other family is wanted, or `undefined` for what the
 * built-in function must treat: other names, and options that it refuses.
 */
function answer(
  target: Target | undefined,
  hostName: unknown,
  options: unknown,
): { readonly all: boolean; readonly found: LookupAnswer | Error } | undefined {
  if (!isClusterEndpoint(hostName)) return undefined;
  const asObject =
    typeof options === "object" && options !== null
      ? (options as { readonly family?: unknown; readonly all?: unknown })
      : { family: options ?? undefined };
  const family = FAMILIES.get(asObject.family);
  if (family === undefined) return undefined;
  const all = "all" in asObject && asObject.all === true;
  if (target === undefined) return { all, found: malformedTarget() };
  if (family === 0 || family === target.family) {
    return { all, found: { address: target.address, family: target.family } };
  }
  const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostName}`), {
    errno: -3008,
    code: "ENOTFOUND",
    syscall: "getaddrinfo",
    hostname: hostName,
  });
  return { all, found: error };
}

function malformedTarget(): Error {
  const value = process.env[VARIABLE] ?? "";
  return new Error(
    `${VARIABLE} is \`${value}\`, expected ADDRESS:PORT; set it with \`dsql-emulator env\``,
  );
}

function callbackLookup(target: Target | undefined, original: AnyFunction): AnyFunction {
  return function lookup(this: unknown, ...args) {
    const [hostName, second, third] = args;
    const [options, callback] =
      typeof second === "function" ? [undefined, second] : [second, third];
    const answered = typeof callback === "function" ? answer(target, hostName, options) : undefined;
    if (answered === undefined) return Reflect.apply(original, this, args);
    const call = callback as (...results: unknown[]) => void;
    const { all, found } = answered;
    if (found instanceof Error) process.nextTick(call, found);
    else if (all) process.nextTick(call, null, [found]);
    else process.nextTick(call, null, found.address, found.family);
    return {};
  };
}

function promiseLookup(target: Target | undefined, original: AnyFunction): AnyFunction {
  return function lookup(this: unknown, ...args) {
    const answered = answer(target, args[0], args[1]);
    if (answered === undefined) return Reflect.apply(original, this, args);
    const { all, found } = answered;
    if (found instanceof Error) return Promise.reject(found);
    return Promise.resolve(all ? [found] : found);
  };
}

/** `connect(options[, cb])`, `connect(port, host[, cb])`, or the list that `net.connect` passes on. */
function redirected(port: number, args: readonly unknown[]): readonly unknown[] {
  const [first, second] = args;
  if (Array.isArray(first)) {
    const [options, callback] = first as readonly unknown[];
    const changed = withPort(port, options);
    if (changed === undefined) return args;
    return typeof callback === "function" ? [changed, callback] : [changed];
  }
  if (typeof first === "object" && first !== null) {
    const changed = withPort(port, first);
    return changed === undefined ? args : [changed, ...args.slice(1)];
  }
  return isDsqlPort(first) && isClusterEndpoint(second) ? [port, ...args.slice(1)] : args;
}

/** A view of the options with another port: the program's own object stays as it is. */
function withPort(port: number, options: unknown): object | undefined {
  if (typeof options !== "object" || options === null) return undefined;
  const given = options as Readonly<Record<string, unknown>>;
  if (given["path"] || !isDsqlPort(given["port"]) || !isClusterEndpoint(given["host"])) {
    return undefined;
  }
  return Object.create(options, {
    port: { value: port, enumerable: true, writable: true, configurable: true },
  }) as object;
}

function isDsqlPort(port: unknown): boolean {
  return port === DSQL_PORT || port === String(DSQL_PORT);
}

function socketConnect(port: number, original: AnyFunction): AnyFunction {
  return function connect(this: unknown, ...args) {
    return Reflect.apply(original, this, redirected(port, args) as unknown[]);
  };
}

/** Replaces a function and keeps what hangs on it: `util.promisify` reads a symbol there. */
function replace(holder: object, name: string, make: (original: AnyFunction) => AnyFunction): void {
  const functions = holder as Record<string, AnyFunction | undefined>;
  const original = functions[name];
  if (original === undefined) return;
  const replacement = make(original);
  const { prototype: _prototype, ...own } = Object.getOwnPropertyDescriptors(original) as Record<
    PropertyKey,
    PropertyDescriptor
  >;
  Object.defineProperties(replacement, own);
  functions[name] = replacement;
}

function install(): void {
  const text = process.env[VARIABLE];
  if (text === undefined || text === "") return;
  const target = parseTarget(text);
  replace(dns, "lookup", (original) => callbackLookup(target, original));
  replace(dns.promises, "lookup", (original) => promiseLookup(target, original));
  const port = target?.port;
  if (port !== undefined) {
    replace(net.Socket.prototype, "connect", (original) => socketConnect(port, original));
  }
  syncBuiltinESMExports();
}

try {
  install();
} catch {
  // A preload that fails would stop every Node program of the shell.
}
