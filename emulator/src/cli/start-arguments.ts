/** How programs start an emulator: settings of the package, and the arguments of the command for them. */
import { resolve } from "node:path";

/** What can be set; what is not given is as for `dsql-emulator start`, but any free ports. */
export interface StartSettings {
  /** Path of a configuration file; without it none is read. */
  readonly configFile?: string;
  /** Keeps databases, CA and generated credentials; without it nothing is kept. */
  readonly dataDirectory?: string;
  readonly host?: string;
  /** 0, the default, is any free port. */
  readonly pgPort?: number;
  /** 0, the default, is any free port. */
  readonly httpPort?: number;
  readonly enforce?: "strict" | "soft" | "off";
  readonly explainErrors?: boolean;
}

/** The options of `dsql-emulator start` that come to the same; paths become absolute. */
export function startArguments(settings: StartSettings): string[] {
  const { configFile, dataDirectory, host, enforce } = settings;
  const texts = {
    "--config": configFile === undefined ? undefined : resolve(configFile),
    "--data-dir": dataDirectory === undefined ? undefined : resolve(dataDirectory),
    "--host": host,
    "--enforce": enforce,
    "--pg-port": String(settings.pgPort ?? 0),
    "--http-port": String(settings.httpPort ?? 0),
  };
  const args = Object.entries(texts).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  return settings.explainErrors === true ? [...args, "--explain-errors"] : args;
}
