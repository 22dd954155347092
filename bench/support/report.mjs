/** The table of the results, in Markdown. */

const HEAD = ["what", "emulator", "peer", "ratio", "aim", "met"];

/** One line for each row: `{ what, unit, value, peerName?, peer?, ratio?, ratioRange?, aim? }`. */
export function markdownTable(rows) {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const format = (line) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [format(lines[0]), rule, ...lines.slice(1).map(format), ""].join("\n");
}

/** Whether an aim is met; `undefined` when there is none, or nothing could be measured. */
export function isMet({ aim, value, ratio }) {
  if (aim === undefined || value === undefined) return undefined;
  if (aim.ratioAtMost !== undefined) return ratio <= aim.ratioAtMost;
  if (aim.ratioAtLeast !== undefined) return ratio >= aim.ratioAtLeast;
  if (aim.valueBelow !== undefined) return value < aim.valueBelow;
  return value >= aim.valueAtLeast;
}

function cells(row) {
  const { what, unit, value, peerName, peer, ratio, ratioRange } = row;
  const met = isMet(row);
  return [
    what,
    amount(value, unit),
    peer === undefined ? "–" : `${amount(peer, unit)} (${peerName})`,
    ratio === undefined
      ? "–"
      : `${ratio.toFixed(2)} (${ratioRange.map((each) => each.toFixed(2)).join("–")})`,
    aimText(row),
    met === undefined ? "–" : met ? "yes" : "**no**",
  ];
}

function aimText({ aim, unit }) {
  if (aim === undefined) return "–";
  if (aim.ratioAtMost !== undefined) return `ratio ≤ ${aim.ratioAtMost}`;
  if (aim.ratioAtLeast !== undefined) return `ratio ≥ ${aim.ratioAtLeast}`;
  if (aim.valueBelow !== undefined) return `< ${amount(aim.valueBelow, unit, 0)}`;
  return `≥ ${amount(aim.valueAtLeast, unit)}`;
}

/** Three significant digits at least, with the unit. */
function amount(value, unit, digits = value < 10 ? 2 : value < 100 ? 1 : 0) {
  if (value === undefined) return "n/a";
  const number = value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return unit.startsWith("/") ? `${number}${unit}` : `${number} ${unit}`;
}
