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
  const [, year, month, day, hours, minutes, seconds] = match;
  const date = new Date(
    Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hours),
      Number(minutes),
      Number(seconds),
    ),
  );
  // Date.UTC carries what overflows into the next field, so a date that does not exist comes back as another.
  return formatAmzDate(date) === text ? date : undefined;
}

/** A moment as `YYYYMMDDTHHMMSSZ`; milliseconds are cut off, as signers do. */
export function formatAmzDate(date: Date): string {
  const text = date.toISOString();
  return `${text.slice(0, 4)}${text.slice(5, 7)}${text.slice(8, 13)}${text.slice(14, 16)}${text.slice(17, 19)}Z`;
}
