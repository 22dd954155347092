/** Ends this process when the one that started it is gone: its end of the standard input closes. */
export function endWithParent() {
  process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0));
  process.stdin.resume();
}
