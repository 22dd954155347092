/** `X-Amz-Date`: ISO 8601 basic format, UTC, whole seconds. */

const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * The moment of a `YYYYMMDDTHHMMSSZ`, or `undefined` if the text has another form or names no real
 * moment (30 February, hour 24, a leap second).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html
 */
export function parseAmzDate(text: string): Date | undefined {
  const match = AMZ_DATE.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hours, minutes, seconds));
  return formatAmzDate(date) === text ? date : undefined;
}

/** A moment as `YYYYMMDDTHHMMSSZ`; milliseconds are cut off, as signers do. */
export function formatAmzDate(date: Date): string {
  const text = date.toISOString();
  return `${text.slice(0, 4)}${text.slice(5, 7)}${text.slice(8, 13)}${text.slice(14, 16)}${text.slice(17, 19)}Z`;
}
