// Entry of the worker thread when the emulator runs from its TypeScript sources. On Node 20 a worker
// does not inherit the loader of the main thread, so it gets its own.
import { register } from "tsx/esm/api";

register();
await import("./pglite-worker.ts");
