/** Lets processes do the same thing at the same time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/**
 * Starts processes that each import a source file, wait for one another, and then call one of its
 * functions with one argument list after the other.
 *
 * @param calls JSON values
 * @returns of each process, the results of its calls
 */
export async function raceProcesses(
  count: number,
  moduleUrl: URL,
  functionName: string,
  calls: readonly (readonly unknown[])[],
): Promise<unknown[][]> {
  const script = `
    const { [${JSON.stringify(functionName)}]: call } = await import(${JSON.stringify(moduleUrl.href)});
    process.stderr.write("ready");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    const results = [];
    for (const args of ${JSON.stringify(calls)}) results.push(await call(...args));
    process.stdout.write(JSON.stringify(results));
    process.exitCode = 0;
    process.stdin.destroy();
  `;
  const racers = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
    return { child, output: text(child.stdout), closed: once(child, "close") };
  });
  await Promise.all(racers.map(({ child }) => once(child.stderr, "data")));
  for (const { child } of racers) child.stdin.write("go\n");
  return Promise.all(
    racers.map(async ({ output, closed }) => {
      await closed;
      return JSON.parse(await output) as unknown[];
    }),
  );
}
