/**
 * Durations and moments as ISO 8601 writes them, to the millisecond.
 *
 * @see https://www.iso.org/iso-8601-date-and-time-format.html
 */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

const NUMBER = String.raw`(\d{1,12}(?:[.,]\d{1,9})?)`;
const DURATION = new RegExp(
  `^([+-]?)P(?=[\\dT])(?:${NUMBER}W|(?:${NUMBER}D)?(?:T(?=\\d)(?:${NUMBER}H)?(?:${NUMBER}M)?(?:${NUMBER}S)?)?)$`,
);
const UNITS_MS = [WEEK_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS];

const MOMENT =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d{0,6})?)?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * Reads a duration: `PT61M`, `P1DT12H`, `PT0.5S`, `-PT5M`. Years and months are not taken, since they
 * have no fixed length. Only the last number may have a fraction.
 *
 * @returns milliseconds, or undefined if the text is none
 */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [, sign, ...numbers]: (string | undefined)[] = match;
  const given = numbers.filter((number) => number !== undefined);
  if (given.slice(0, -1).some((number) => /[.,]/.test(number))) return undefined;
  const ms = numbers.reduce(
    (sum, number, index) =>
      sum + Number((number ?? "0").replace(",", ".")) * (UNITS_MS[index] ?? 0),
    0,
  );
  const rounded = Math.round(ms);
  return sign === "-" && rounded !== 0 ? -rounded : rounded;
}

/**
 * Reads a moment with its time zone: `2026-01-02T03:04:05Z`, `2026-01-02T03:04+01:00`.
 *
 * @returns undefined if the text is none, or names a day or time that does not exist
 */
export function parseMoment(text: string): Date | undefined {
  const match = MOMENT.exec(text);
  if (match === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = "0",
    fraction = "",
    sign,
    zoneHour,
    zoneMinute,
  ] = match;
  const fields = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = fields;
  const local = new Date(0);
  local.setUTCFullYear(y, mo - 1, d);
  local.setUTCHours(h, mi, s, Number(fraction.padEnd(3, "0")));
  const shown = [
    local.getUTCFullYear(),
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ];
  if (shown.some((value, index) => value !== fields[index])) return undefined;
  if (sign === undefined) return local;
  const zoneMs = Number(zoneHour) * HOUR_MS + Number(zoneMinute) * MINUTE_MS;
  if (Number(zoneHour) > 23 || Number(zoneMinute) > 59) return undefined;
  return new Date(local.getTime() + (sign === "-" ? zoneMs : -zoneMs));
}
