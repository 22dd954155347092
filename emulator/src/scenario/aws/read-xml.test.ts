import { describe, expect, test } from "vitest";
import { readXml } from "./read-xml.ts";

describe("readXml", () => {
  test("reads texts, lists and mappings", () => {
    const xml =
      '<?xml version="1.0"?>\n<R xmlns="https://example.com/"><Users>\n<member><Name>a</Name></member><member><Name>b</Name></member></Users><Is>true</Is><None/></R>';
    expect(readXml(xml)).toEqual({
      R: { Users: [{ Name: "a" }, { Name: "b" }], Is: "true", None: "" },
    });
  });

  test("reads maps of key and value", () => {
    const xml =
      "<M><entry><key>Users</key><value>3</value></entry><entry><key>Roles</key><value>1</value></entry></M>";
    expect(readXml(xml)).toEqual({ M: { Users: "3", Roles: "1" } });
  });

  test("reads entities", () => {
    expect(
      readXml("<T>&lt;a&gt; &amp;amp; &quot;&apos; &#65;&#x42;&#x1F600; &unknown;</T>"),
    ).toEqual({
      T: "<a> &amp; \"' AB😀 &unknown;",
    });
  });

  test.each(["<A><B></A></B>", "<A>", "</A>"])("does not take %s", (xml) => {
    expect(() => readXml(xml)).toThrow(/is not closed|closes nothing/);
  });
});
