/**
 * One-time passwords of multi-factor authentication.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6238
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { decodeBase32 } from "../shared/index.ts";

const STEP_SECONDS = 30;
const DIGITS = 6;
/** Steps before and after the current one whose password is taken too (our choice). */
const SKEW_STEPS = 1;

/** Checks passwords, each of which is good once. */
export class OneTimePasswords {
  /** From a seed to the last step whose password was taken. */
  readonly #lastSteps = new Map<string, number>();

  /** Forgets which were given. */
  clear(): void {
    this.#lastSteps.clear();
  }

  /** Whether this is the password of the device at this time, and was not given before. */
  take(seed: string, code: string, now: Date): boolean {
    const secret = decodeBase32(seed.toLowerCase().replace(/=+$/, ""));
    if (secret === undefined) return false;
    const current = Math.floor(now.getTime() / 1000 / STEP_SECONDS);
    for (let step = current - SKEW_STEPS; step <= current + SKEW_STEPS; step += 1) {
      if (step <= (this.#lastSteps.get(seed) ?? -1)) continue;
      if (!isSame(passwordOf(secret, step), code)) continue;
      this.#lastSteps.set(seed, step);
      return true;
    }
    return false;
  }
}

function passwordOf(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", secret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  const number = digest.readUInt32BE(offset) & 0x7f_ff_ff_ff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
