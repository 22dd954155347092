import { describe, expect, test } from "vitest";
import { createEngineImages, type EngineImages } from "./engine-images.ts";
import type { FileNode, FileSystem } from "./file-system.ts";

interface Engine {
  readonly memory: { buffer: SharedArrayBuffer };
  readonly files: FileSystem;
  readonly data: FileNode;
  modulesCompiled: number;
  stackPointer: number;
}

function node(name: string, parent: FileNode | undefined): FileNode {
  const made = { name, parent, mode: 0, atime: 1, mtime: 2, ctime: 3 } as FileNode;
  made.parent ??= made;
  if (parent !== undefined) (parent.contents as Record<string, FileNode>)[name] = made;
  return made;
}

function directory(name: string, parent?: FileNode): FileNode {
  return Object.assign(node(name, parent), { contents: {} });
}

function file(name: string, parent: FileNode, text: string): FileNode {
  const contents = Buffer.from(`${text}....`);
  return Object.assign(node(name, parent), { contents, usedBytes: text.length });
}

function makeEngine(): { readonly engine: Engine; readonly images: EngineImages } {
  const root = directory("/");
  const data = directory("data", directory("pglite", root));
  const engine: Engine = {
    memory: { buffer: new SharedArrayBuffer(4 * 65_536) },
    files: { root, nameTable: [], streams: [], currentPath: "/pglite/data" },
    data,
    modulesCompiled: 1,
    stackPointer: 64,
  };
  const images = createEngineImages({
    module: { FS: engine.files, stackSave: () => engine.stackPointer },
    memory: () => engine.memory.buffer,
    modulesCompiled: () => engine.modulesCompiled,
  });
  return { engine, images };
}

function textOf({ contents, usedBytes }: FileNode): string {
  return Buffer.from(contents as Uint8Array).toString("utf8", 0, usedBytes);
}

describe("images of an engine", () => {
  test("have the memory as it was, and zeros where it has grown", () => {
    const { engine, images } = makeEngine();
    const words = new Uint32Array(engine.memory.buffer);
    words[1] = 11;
    words[20_000] = 22;
    expect(images.save(1).bytes).toBe(2 * 65_536 + 1024);
    words.fill(9);
    const grown = new SharedArrayBuffer(6 * 65_536);
    new Uint32Array(grown).fill(8);
    engine.memory.buffer = grown;
    images.restore(1);
    const expected = new Uint32Array(grown.byteLength / 4);
    expected[1] = 11;
    expected[20_000] = 22;
    expect(new Uint32Array(grown)).toEqual(expected);
  });

  test("have files, names and open files as they were, and can be put back again", () => {
    const { engine, images } = makeEngine();
    const { data, files } = engine;
    const [kept, gone] = [file("kept", data, "as it was"), file("gone", data, "not for long")];
    const stream = { fd: 3, flags: 2, position: 5, node: gone };
    files.streams[3] = stream;
    files.nameTable[1] = kept;
    kept.name_next = gone;
    images.save(1);
    for (let times = 0; times < 2; times += 1) {
      kept.contents = Buffer.from("something much longer");
      kept.usedBytes = 21;
      data.contents = { other: file("other", data, "new") };
      Object.assign(stream, { fd: null, flags: 0, position: 99 });
      files.streams.length = 0;
      files.nameTable[1] = gone;
      gone.name_next = undefined;
      files.currentPath = "/";
      images.restore(1);
      expect(Object.keys(data.contents)).toEqual(["kept", "gone"]);
      expect([kept, gone].map(textOf)).toEqual(["as it was", "not for long"]);
      expect(files.streams[3]).toBe(stream);
      expect(stream).toMatchObject({ fd: 3, flags: 2, position: 5 });
      expect([files.nameTable[1], kept.name_next, gone.name_next]).toEqual([kept, gone, undefined]);
      expect(files.currentPath).toBe("/pglite/data");
    }
  });

  test("do not share their bytes with the files", () => {
    const { engine, images } = makeEngine();
    const written = file("written", engine.data, "before");
    images.save(1);
    for (let times = 0; times < 2; times += 1) {
      (written.contents as Uint8Array).fill(120);
      images.restore(1);
      expect(textOf(written)).toBe("before");
    }
  });

  test("are not put back when they are not there, do not fit, or something runs", () => {
    const { engine, images } = makeEngine();
    const words = new Uint32Array(engine.memory.buffer);
    images.save(1);
    words[1] = 5;
    expect(() => {
      images.restore(2);
    }).toThrow("the engine has no such image");
    engine.modulesCompiled = 2;
    expect(() => {
      images.restore(1);
    }).toThrow("the engine has loaded a library since the image was taken");
    engine.modulesCompiled = 1;
    engine.stackPointer = 32;
    expect(() => {
      images.restore(1);
    }).toThrow("the engine's stack is in use");
    images.drop(1);
    expect(words[1]).toBe(5);
  });
});
