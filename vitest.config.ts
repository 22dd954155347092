import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["emulator/**/*.test.ts", "sdk-tests/**/*.test.ts"],
    exclude: ["dist/**", "**/node_modules/**"],
    reporters: ["default", "./scripts/closing-line-reporter.mjs"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
