#!/usr/bin/env node
/** Process entry: reads the command and sets the exit code. */
import { readFileSync } from "node:fs";

const HELP = `usage: dsql-emulator version | --help

The server is not there yet: this version has the connection pipeline as a library only.
`;

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

const command = process.argv[2];
if (command === "version" || command === "--version") {
  process.stdout.write(`${packageVersion()}\n`);
} else if (command === undefined || command === "--help" || command === "-h") {
  process.stdout.write(HELP);
} else {
  process.stderr.write(`dsql-emulator: command \`${command}\` is not there yet\n${HELP}`);
  process.exitCode = 2;
}
