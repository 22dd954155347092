/** `/_emulator/coverage`: how often statements, conditions and mappings have decided. */
import type { FastifyInstance } from "fastify";
import type { CoverageReport } from "../../coverage/index.ts";
import type { CoverageReports } from "../ports.ts";

/** Adds the routes. */
export function addCoverageApi(app: FastifyInstance, coverage: CoverageReports): void {
  app.get("/_emulator/coverage", async (): Promise<CoverageReport> => coverage.report());
  app.delete("/_emulator/coverage", async (_request, reply) => {
    coverage.reset();
    return reply.code(204).send();
  });
}
