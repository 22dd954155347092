/** Brings servers to the speed that they keep: V8 compiles JavaScript and WebAssembly again while they run. */
const QUERIES = ["SELECT 1 AS n", { text: "SELECT $1::int AS n", values: [1] }];

/**
 * Connects so many times to each server, and asks those that have a database both kinds of queries for
 * so long each.
 */
export async function warmUp({ servers, databases, connections, queryMs }) {
  for (const { connect } of servers) {
    for (let count = 0; count < connections; count += 1) await (await connect()).end();
  }
  for (const { connect } of databases) {
    const client = await connect();
    for (const query of QUERIES) {
      const end = performance.now() + queryMs;
      while (performance.now() < end) await client.query(query);
    }
    await client.end();
  }
}
