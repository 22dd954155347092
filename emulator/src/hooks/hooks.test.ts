import { describe, expect, test } from "vitest";
import { type Hook, type HookActions, HookError, type HookKind, Hooks } from "./index.ts";

function hook(name: string, kind: HookKind): Hook {
  return { name, path: `/hooks/${name}`, kind, cluster: undefined };
}

const ALL = [hook("a.sql", "sql"), hook("b.yaml", "declarations"), hook("c.sh", "program")];

/** Notes what is run; an entry of `failures` fails. */
function actions(ran: string[], failures: Readonly<Record<string, unknown>> = {}): HookActions {
  const run = async ({ name }: Hook): Promise<boolean> => {
    ran.push(name);
    if (name in failures) throw failures[name];
    return true;
  };
  return {
    sql: run,
    declarations: async (one) => {
      await run(one);
    },
    program: async (one) => {
      await run(one);
    },
  };
}

function statuses(hooks: Hooks): readonly string[] {
  return hooks.reports().map(({ status }) => status);
}

describe("Hooks", () => {
  test("are pending at first, without a duration", () => {
    expect(new Hooks(ALL).reports()).toEqual([
      { name: "a.sql", kind: "sql", status: "pending" },
      { name: "b.yaml", kind: "declarations", status: "pending" },
      { name: "c.sh", kind: "program", status: "pending" },
    ]);
  });

  test("run one after the other, and tell meanwhile which one runs", async () => {
    const hooks = new Hooks(ALL);
    const seen: (readonly string[])[] = [];
    const look = async (): Promise<boolean> => {
      seen.push(statuses(hooks));
      return true;
    };
    await hooks.run({
      actions: {
        sql: look,
        declarations: async () => {
          await look();
        },
        program: async () => {
          await look();
        },
      },
      onFailure: "fail",
      onNotice: () => undefined,
    });
    expect(seen).toEqual([
      ["running", "pending", "pending"],
      ["done", "running", "pending"],
      ["done", "done", "running"],
    ]);
    expect(hooks.reports().map(({ durationMs }) => typeof durationMs)).toEqual(
      ALL.map(() => "number"),
    );
  });

  test("are skipped when SQL says that it was run before", async () => {
    const hooks = new Hooks([hook("a.sql", "sql")]);
    await hooks.run({
      actions: { ...actions([]), sql: async () => false },
      onFailure: "fail",
      onNotice: () => undefined,
    });
    expect(statuses(hooks)).toEqual(["skipped"]);
  });

  test("end with the first one that fails", async () => {
    const hooks = new Hooks(ALL);
    const ran: string[] = [];
    const failing = hooks.run({
      actions: actions(ran, { "b.yaml": new Error("no such account") }),
      onFailure: "fail",
      onNotice: () => undefined,
    });
    await expect(failing).rejects.toThrow(
      new HookError("hook `b.yaml` has failed: no such account"),
    );
    expect(ran).toEqual(["a.sql", "b.yaml"]);
    expect(hooks.reports()[1]).toMatchObject({ status: "failed", error: "no such account" });
    expect(hooks.reports()[2]?.status).toBe("pending");
  });

  test("go on by option, and say what has failed", async () => {
    const hooks = new Hooks(ALL);
    const notices: string[] = [];
    await hooks.run({
      actions: actions([], { "a.sql": new Error("x"), "b.yaml": "a text" }),
      onFailure: "continue",
      onNotice: (message) => notices.push(message),
    });
    expect(statuses(hooks)).toEqual(["failed", "failed", "done"]);
    expect(notices).toEqual(["hook `a.sql` has failed: x", "hook `b.yaml` has failed: a text"]);
  });

  test.each(["fail", "continue"] as const)(
    "when the start is stopped, end without waiting for SQL, and nothing else is run (%s)",
    async (onFailure) => {
      const hooks = new Hooks(ALL);
      const stopping = new AbortController();
      const ran: string[] = [];
      const run = hooks.run({
        actions: { ...actions(ran), sql: () => new Promise(() => undefined) },
        onFailure,
        signal: stopping.signal,
        onNotice: () => undefined,
      });
      stopping.abort();
      await expect(run).rejects.toThrow(
        new HookError("hook `a.sql` has failed: the start was stopped"),
      );
      expect(ran).toEqual([]);
    },
  );

  test("do not begin when the start is stopped already", async () => {
    const ran: string[] = [];
    const run = new Hooks(ALL).run({
      actions: actions(ran),
      onFailure: "continue",
      signal: AbortSignal.abort(),
      onNotice: () => undefined,
    });
    await expect(run).rejects.toThrow(new HookError("the start was stopped"));
    expect(ran).toEqual([]);
  });
});
