/** Signs of life that a process gives to those of other containers: a socket file, and a heartbeat. */
import { statSync, utimesSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { codeOf } from "./state-file.ts";

/** Ends something, or gives it back. */
export type Release = () => Promise<void>;

/** What all systems take; Linux takes 107, macOS 103. */
export const MAX_SOCKET_PATH_BYTES = 100;
/** Our choice: an owner that is so late that two of them are missed is not there. */
const HEARTBEAT_MS = 1000;
const WATCH_MS = 3500;
const LOOK_MS = 100;

/** Listens on a socket file; `undefined` where the file system or the system has none. */
export function listenOn(path: string): Promise<Release | undefined> {
  if (process.platform === "win32") return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", () => {
      resolve(undefined);
    });
    server.listen(path, () => {
      server.unref();
      // The file goes with it.
      resolve(
        () =>
          new Promise((closed) =>
            server.close(() => {
              closed();
            }),
          ),
      );
    });
  });
}

/** Whether somebody listens on a socket file; `undefined` when that cannot be told. */
export function answers(path: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => {
      const code = codeOf(error);
      resolve(code === "ECONNREFUSED" || code === "ENOENT" ? false : undefined);
    });
  });
}

/** Touches a file again and again. */
export function beat(file: string): Release {
  const timer = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(file, now, now);
    } catch {
      // Somebody has removed it; the directory is then whose it is.
    }
  }, HEARTBEAT_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
  };
}

/** Whether somebody touches a file within the next seconds. */
export async function beats(file: string): Promise<boolean> {
  const before = touchedAt(file);
  for (let waited = 0; waited < WATCH_MS; waited += LOOK_MS) {
    await pause(LOOK_MS);
    if (touchedAt(file) !== before) return true;
  }
  return false;
}

function touchedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
