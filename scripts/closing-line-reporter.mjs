// Vitest reporter: ends the run with one plain line, "N passed, N failed[, N skipped]", that scripts can read.
export default class ClosingLineReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const testModule of testModules) {
      if (testModule.state() === "failed" && testModule.errors().length > 0) count.failed += 1;
      for (const test of testModule.children.allTests()) {
        const state = test.result().state;
        count[state in count ? state : "failed"] += 1;
      }
    }
    process.stdout.write(
      `${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ""}\n`,
    );
  }
}
