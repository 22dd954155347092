/** Differences of access as text, and as Markdown for a pull request. */
import { shortName } from "./access-matrix.ts";
import type { AccessChange, AccessDifference, AssumptionChange } from "./diff-access.ts";
import { isSameAccess } from "./diff-access.ts";

const SIGNS: Readonly<Record<AccessChange["change"], string>> = {
  gained: "+",
  lost: "-",
  changed: "~",
};
const NOTHING = "nobody gains or loses access";

/** A line for each change: `+` gained, `-` lost, `~` depends on something else. */
export function renderDifference(difference: AccessDifference): string {
  if (isSameAccess(difference)) return `${NOTHING}\n`;
  const lines = [
    ...difference.access.map(
      (change) =>
        `${SIGNS[change.change]} ${shortName(change.principal)} as ${change.databaseRole} on ${shortName(change.cluster)}: ${change.before} -> ${change.after}: ${change.reason}`,
    ),
    ...difference.assumptions.map(
      (change) =>
        `${SIGNS[change.change]} ${whoOf(change)} assumes ${shortName(change.role)}: ${change.before} -> ${change.after}`,
    ),
    summary(difference),
  ];
  return `${lines.join("\n")}\n`;
}

/** Tables. */
export function renderDifferenceMarkdown(difference: AccessDifference): string {
  if (isSameAccess(difference)) return `**Access:** ${NOTHING}.\n`;
  const { access, assumptions } = difference;
  const lines = [
    `**Access:** ${summary(difference)}.`,
    ...(access.length === 0
      ? []
      : [
          "",
          "| | principal | cluster | role | before | after | why |",
          "| --- | --- | --- | --- | --- | --- | --- |",
          ...access.map((change) =>
            row([
              change.change,
              shortName(change.principal),
              shortName(change.cluster),
              change.databaseRole,
              change.before,
              change.after,
              change.reason,
            ]),
          ),
        ]),
    ...(assumptions.length === 0
      ? []
      : [
          "",
          "| | assumes | role | before | after |",
          "| --- | --- | --- | --- | --- |",
          ...assumptions.map((change) =>
            row([
              change.change,
              whoOf(change),
              shortName(change.role),
              change.before,
              change.after,
            ]),
          ),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

function whoOf({ by }: AssumptionChange): string {
  return by.startsWith("arn:") ? shortName(by) : by;
}

function summary({ access, assumptions }: AccessDifference): string {
  const all = [...access, ...assumptions];
  const count = (change: AccessChange["change"]): number =>
    all.filter((one) => one.change === change).length;
  return `${count("gained")} gained, ${count("lost")} lost, ${count("changed")} changed`;
}

/** Names may have a bar or an asterisk in them, which must not end a cell or begin emphasis. */
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(SPECIAL, escape).replace(/\s+/g, " ")).join(" | ")} |`;
}

/** What stands between backticks, and each other character that Markdown gives a meaning. */
const SPECIAL = /`[^`]*`|[\\|*_<>[\]`]/g;

/** Between backticks only the bar has a meaning, that of the table. */
function escape(special: string): string {
  return special.length > 1 ? special.replaceAll("|", "\\|") : `\\${special}`;
}
