import type { Circumstances } from "../review/index.ts";
import type { OpenFileReviews } from "./access-command-source.ts";
import type { CliIo } from "./cli-command.ts";

/** Two files to compare, and how to tell. */
interface AskedDifference {
  readonly before: string;
  readonly after: string;
  readonly form: "text" | "json" | "markdown";
  readonly circumstances: Circumstances;
}

/**
 * Compares who can connect by one file and by the other.
 *
 * @throws CliFailure when a file cannot be reviewed
 */
export async function diffFiles(
  { before, after, form, circumstances }: AskedDifference,
  openFile: OpenFileReviews,
  io: CliIo,
): Promise<{ readonly isSame: boolean; readonly text: string }> {
  const left = await (await openFile(before, io)).matrix({ circumstances });
  const right = await (await openFile(after, io)).matrix({ circumstances });
  const review = await import("../review/index.ts");
  const difference = review.diffAccess(left, right);
  const isSame = review.isSameAccess(difference);
  switch (form) {
    case "json":
      return { isSame, text: `${JSON.stringify(difference, undefined, 2)}\n` };
    case "markdown":
      return { isSame, text: review.renderDifferenceMarkdown(difference) };
    case "text":
      return { isSame, text: review.renderDifference(difference) };
  }
}
