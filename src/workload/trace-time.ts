/** Points in time as recordings write them, without the host's calendar: the result depends on no time zone but the text's own. */

/** Whole seconds since 1970 (or since the writer's own zero) and the microseconds beyond them: together they would lose digits. */
export interface Instant {
  readonly seconds: number;
  readonly us: number;
}

const CIVIL =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)? ?(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?$/;
const SECONDS = /^(-?)(\d{1,15})(?:\.(\d*))?$/;

/** What `parseInstant` takes, for messages. */
export const INSTANT_FORMS =
  'a time such as 2014-04-10 00:04:00, 2014-04-10T00:04:00.25Z, …+02:00, or a number of seconds';

/**
 * `YYYY-MM-DD HH:MM[:SS[.fraction]]` with a space or T, UTC unless `Z` or an offset follows; or plain seconds.
 * null where the text is neither, or names a day or an hour that does not exist.
 */
export function parseInstant(text: string): Instant | null {
  const trimmed = text.trim();
  const plain = SECONDS.exec(trimmed);
  if (plain !== null) {
    const sign = plain[1] === '-' ? -1 : 1;
    return { seconds: sign * Number(plain[2]), us: sign * fraction(plain[3]) };
  }
  const civil = CIVIL.exec(trimmed);
  if (civil === null) return null;
  const [year, month, day, hour, minute] = civil.slice(1, 6).map(Number) as [number, number, number, number, number];
  const second = Number(civil[6] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const offset = offsetSeconds(civil[8]);
  if (offset === null) return null;
  const seconds = daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
  return { seconds, us: fraction(civil[7]) };
}

/** Microseconds from `from` to `to`, exact for fractions of up to seven digits over centuries. */
export function microsecondsBetween(from: Instant, to: Instant): number {
  return (to.seconds - from.seconds) * 1_000_000 + (to.us - from.us);
}

function fraction(digits: string | undefined): number {
  return digits === undefined || digits === '' ? 0 : Number(`${digits.slice(0, 6).padEnd(6, '0')}.${digits.slice(6)}`);
}

function offsetSeconds(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z' || zone === 'z' || zone === 'UTC') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', ''));
  if (hours > 23 || minutes > 59) return null;
  return (zone[0] === '-' ? -1 : 1) * (hours * 3_600 + minutes * 60);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the Gregorian calendar. The year is taken to begin in March, so that the leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  // 719,468 days lie between 1 March of year 0 and 1970-01-01.
  return 365 * y + leapDays + dayOfYear - 719_468;
}
