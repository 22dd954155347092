/** Finds the files of the installed package, from the shipped code and from the sources alike. */
import { readFileSync } from "node:fs";

const PACKAGE_NAME = "dsql-auth-emulator";

/** The version of the package, as in its `package.json`. */
export function packageVersion(): string {
  return packageRoot().version;
}

/** The file URL of the shipped preload that makes Node programs reach the emulator. */
export function preloadUrl(): string {
  return new URL("dist/cli/resolve-endpoints.js", packageRoot().url).href;
}

/** The file URL of the shipped command. */
export function commandUrl(): string {
  return new URL("dist/main.js", packageRoot().url).href;
}

interface PackageRoot {
  readonly url: URL;
  readonly version: string;
}

function packageRoot(): PackageRoot {
  let url = new URL("./", import.meta.url);
  for (;;) {
    const version = versionIn(url);
    if (version !== undefined) return { url, version };
    const parent = new URL("../", url);
    if (parent.href === url.href) {
      throw new Error(`package.json of ${PACKAGE_NAME} is not above ${import.meta.url}`);
    }
    url = parent;
  }
}

function versionIn(directory: URL): string | undefined {
  let text: string;
  try {
    text = readFileSync(new URL("package.json", directory), "utf8");
  } catch {
    return undefined;
  }
  const { name, version } = JSON.parse(text) as { name?: unknown; version?: unknown };
  return name === PACKAGE_NAME && typeof version === "string" ? version : undefined;
}
