/**
 * Dates of conditions: the ISO 8601 profiles of the W3C, or seconds since 1970.
 *
 * @see https://www.w3.org/TR/NOTE-datetime
 */

const W3C =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2}))?)?)?$/;
const EPOCH_SECONDS = /^\d{5,12}(?:\.\d{1,9})?$/;
const MINUTE_MS = 60_000;

/**
 * Milliseconds since 1970; `undefined` if the text is no date. Four digits are a year; a date
 * without a time is its first moment in UTC.
 */
export function parseDate(text: string): number | undefined {
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1000;
  const match = W3C.exec(text);
  if (match === null) return undefined;
  const part = (index: number, missing: number): number => Number(match[index] ?? missing);
  const [year, month, day] = [part(1, 0), part(2, 1), part(3, 1)];
  const [hour, minute, second] = [part(4, 0), part(5, 0), part(6, 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for the twentieth century.
  date.setUTCFullYear(year, month - 1, day);
  // A day that the month does not have is one of another month.
  if (date.getUTCMonth() !== month - 1) return undefined;
  date.setUTCHours(hour, minute, second, Math.trunc(Number(`0.${match[7] ?? "0"}`) * 1000));
  const offsetMinutes = parseOffset(match[8] ?? "Z");
  return offsetMinutes === undefined ? undefined : date.getTime() - offsetMinutes * MINUTE_MS;
}

function parseOffset(text: string): number | undefined {
  if (text === "Z") return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(4))];
  if (hours > 23 || minutes > 59) return undefined;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
