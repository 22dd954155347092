/** The least that an HTTP server of Node can do: one fixed JSON answer to everything. */
import { createServer } from "node:http";
import { endWithParent } from "../support/end-with-parent.mjs";

endWithParent();

const body = process.argv[2] ?? "{}";
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "application/json", "x-amzn-requestid": "fixed" });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`ready ${server.address().port}\n`);
});
