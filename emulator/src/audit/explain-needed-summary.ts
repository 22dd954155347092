/** What has been needed so far, as a text for people. */
import {
  denyLines,
  grantLines,
  policyLines,
  principalText,
  wideningLines,
} from "./explain-needed.ts";
import type { NeededSummary, UncuredRefusals } from "./needed-log.ts";
import { printableText } from "./printable-text.ts";
import type { NeedsOfPrincipal } from "./summarize-needs.ts";

/** The text, with a final newline; nothing in it can move the cursor. */
export function explainNeededSummary({ principals, uncured, dropped }: NeededSummary): string {
  const parts = [
    ...(principals.length === 0
      ? [["no connection has been refused, or would have been, for what permissions can cure"]]
      : principals.map(principalPart)),
    ...(uncured.length === 0
      ? []
      : [["refusals that no permission cures", ...uncured.map(uncuredLine)]]),
    ...(dropped === 0
      ? []
      : [[`note: ${dropped} older entries had to make room and are left out`]]),
  ];
  return `${parts.map((lines) => lines.map(printableText).join("\n")).join("\n\n")}\n`;
}

function principalPart(needs: NeedsOfPrincipal): string[] {
  const { principal, connections, firstSeenAt, lastSeenAt } = needs;
  const who = principalText(principal);
  const when = connections === 1 ? `at ${lastSeenAt}` : `from ${firstSeenAt} to ${lastSeenAt}`;
  return [
    `${who}: ${connections} ${connections === 1 ? "connection" : "connections"}, ${when}`,
    ...denyLines(needs.denies),
    ...(needs.policy === null ? [] : ["  attach this policy:", ...policyLines(needs.policy)]),
    ...needs.widenings.flatMap(wideningLines),
    ...needs.grants.flatMap((grant) => grantLines(grant, grant.cluster)),
  ];
}

function uncuredLine({ code, principalArn, connections }: UncuredRefusals): string {
  return `  ${connections} × ${code}${principalArn === null ? "" : ` of ${principalArn}`}`;
}
