/** Which methods a path takes: the difference between "not here" (404) and "not so" (405). */
import type { FastifyInstance } from "fastify";

/** The methods of a path without query, in the order in which they were added; empty for an unknown path. */
export type AllowedMethods = (path: string) => readonly string[];

/** Watches the routes that are added to the server after this call. */
export function watchAllowedMethods(app: FastifyInstance): AllowedMethods {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  return (path) => [
    ...new Set(
      routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods),
    ),
  ];
}

/** `:name` stands for one part of the path, `*` for the rest of it. */
function patternOf(url: string): RegExp {
  const source = url
    .split("/")
    .map((part) =>
      part.startsWith(":") ? "[^/]+" : part === "*" ? ".*" : part.replace(/[^\w-]/g, "\\$&"),
    )
    .join("/");
  return new RegExp(`^${source}$`);
}
