/** `/_emulator/doctor`: what looks wrong. */
import type { FastifyInstance } from "fastify";
import type { Finding } from "../../review/index.ts";
import type { AccessReviews } from "../ports.ts";

/** The body of `GET /_emulator/doctor`. */
export interface DoctorBody {
  /** The gravest first. */
  readonly findings: readonly Finding[];
}

/** Adds the route. */
export function addDoctorApi(app: FastifyInstance, reviews: AccessReviews): void {
  app.get("/_emulator/doctor", async (): Promise<DoctorBody> => ({
    findings: await reviews.findings(),
  }));
}
