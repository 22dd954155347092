// Runs a client's program once for each thing that it is asked, in the environment that the emulator prints.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const TIME_LIMIT_MS = 120_000;

/** Mounts a hosts file over the machine's for one process alone; Linux only, and where users may have name spaces. */
export const OWN_HOSTS = ["unshare", "--map-root-user", "--mount"];
const MOUNT_HOSTS = ["sh", "-c", 'mount --bind "$STORY_HOSTS" /etc/hosts && exec "$@"', "sh"];

/**
 * @param command the program and its first arguments
 * @param environment variables of the program's own, beside the emulator's
 * @returns a function of arguments, further variables and what to do when the program prints the line `waiting`; it
 *   gives the object that the program printed last, and throws an Error with all output when there is none
 */
export function programOf(client, command, environment, emulator) {
  const hostsFile = join(emulator.directory, "hosts");
  const [file, ...before] = client.hosts ? [...OWN_HOSTS, ...MOUNT_HOSTS, ...command] : command;
  return (args, env = {}, whenWaiting = undefined) => {
    const all = { ...emulator.clientEnvironment, ...environment, ...env, STORY_HOSTS: hostsFile };
    writeFileSync(hostsFile, `${all.PGHOSTADDR} localhost ${all.PGHOST}\n`);
    return new Promise((resolve, reject) => {
      const settings = {
        cwd: emulator.directory,
        env: all,
        timeout: TIME_LIMIT_MS,
        maxBuffer: 2 ** 26,
      };
      const child = execFile(file, [...before, ...args], settings, (error, stdout, stderr) => {
        const answer = error === null ? lastObject(stdout) : undefined;
        if (answer !== undefined) resolve(answer);
        else reject(new Error(`${error ?? "no answer"}\nstdout: ${stdout}\nstderr: ${stderr}`));
      });
      let seen = "";
      let isTold = false;
      child.stdout.on("data", (chunk) => {
        seen += chunk;
        if (isTold || whenWaiting === undefined || !/^waiting\r?$/m.test(seen)) return;
        isTold = true;
        whenWaiting().then(
          () => child.stdin.end("\n"),
          (error) => {
            child.kill();
            reject(error);
          },
        );
      });
    });
  };
}

function lastObject(stdout) {
  try {
    return JSON.parse(stdout.trim().split("\n").at(-1));
  } catch {
    return undefined;
  }
}
