/**
 * Changes what PGlite gets from WebAssembly in this worker thread, before PGlite is loaded: a shared
 * memory with a cap, and no interval timers.
 *
 * PGlite offers no option for either, so the constructors of the `WebAssembly` object are wrapped.
 */

import { shareWasmMemory } from "./share-wasm-memory.ts";

const PAGES_PER_MIB = 16;
/** The engine's memory is told from other ones by this: initdb's has 100 pages. */
const ENGINE_MINIMUM_PAGES = 2048;

interface MemoryDescriptor {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

/** A linear memory. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

type WasmImports = Record<string, Record<string, unknown>>;

interface WebAssemblyObject {
  Memory: new (descriptor: MemoryDescriptor) => WasmMemory;
  Module: new (source: Uint8Array) => object;
  compile(source: Uint8Array): Promise<object>;
  instantiate(source: object, imports: WasmImports): Promise<object>;
}

/** What PGlite has asked of WebAssembly since. */
export interface HardenedWebAssembly {
  /** The engine's memory, as long as it is now; `undefined` before PGlite has made it. */
  memory(): SharedArrayBuffer | undefined;
  /** How many modules were compiled: PostgreSQL, and each of its libraries when it is loaded. */
  modulesCompiled(): number;
}

/**
 * Wraps the `WebAssembly` object of this thread.
 *
 * @param memoryLimitMiB cap of the engine's memory; past it PostgreSQL reports 53200 (out of memory)
 */
export function hardenWebAssembly(memoryLimitMiB: number): HardenedWebAssembly {
  const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyObject }).WebAssembly;
  const original = { ...pickOriginals(webAssembly) };
  let engineMemory: WasmMemory | undefined;
  let modulesCompiled = 0;

  webAssembly.Memory = new Proxy(original.Memory, {
    construct(Memory, [descriptor]: [MemoryDescriptor]) {
      if (descriptor.initial < ENGINE_MINIMUM_PAGES) return new Memory(descriptor);
      engineMemory = new Memory({
        initial: descriptor.initial,
        maximum: memoryLimitMiB * PAGES_PER_MIB,
        shared: true,
      });
      return engineMemory;
    },
  });
  webAssembly.Module = new Proxy(original.Module, {
    construct: (Module, [source]: [Uint8Array]) => {
      modulesCompiled += 1;
      return new Module(shared(source));
    },
  });
  webAssembly.compile = (source) => {
    modulesCompiled += 1;
    return original.compile(shared(source));
  };
  webAssembly.instantiate = (source, imports) => {
    withoutIntervalTimers(imports);
    const isBinary = source instanceof ArrayBuffer || ArrayBuffer.isView(source);
    if (isBinary) modulesCompiled += 1;
    return original.instantiate(isBinary ? shared(source) : source, imports);
  };
  return { memory: () => engineMemory?.buffer, modulesCompiled: () => modulesCompiled };
}

function pickOriginals(webAssembly: WebAssemblyObject): WebAssemblyObject {
  return {
    Memory: webAssembly.Memory,
    Module: webAssembly.Module,
    compile: webAssembly.compile.bind(webAssembly),
    instantiate: webAssembly.instantiate.bind(webAssembly),
  };
}

/** Side modules come as an Int8Array. */
function shared(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  return shareWasmMemory(bytes);
}

/** A timeout setting that fires makes the next call spin for ever: the timers are made to do nothing. */
function withoutIntervalTimers(imports: WasmImports): void {
  const environment = imports["env"];
  if (environment !== undefined && "_setitimer_js" in environment) {
    environment["_setitimer_js"] = () => 0;
  }
}
