/** `@electric-sql/pglite-socket` with its PGlite, in a process of its own. Prints `ready PORT`. */
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { endWithParent } from "../support/end-with-parent.mjs";

const MAX_CONNECTIONS = 100;

endWithParent();
const db = await PGlite.create();
const server = new PGLiteSocketServer({
  db,
  host: "127.0.0.1",
  port: 0,
  maxConnections: MAX_CONNECTIONS,
});
await server.start();
process.stdout.write(`ready ${server.getServerConn().split(":").at(-1)}\n`);
