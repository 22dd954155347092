/** Headers of every answer: nothing of it is kept, guessed at or shown inside another page. */
export const SECURITY_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;
