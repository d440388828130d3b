import { InvalidArgumentError } from 'commander';

/** A whole number of at least `min`, for commander. */
export function wholeNumber(min: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min) throw new InvalidArgumentError(`must be a whole number from ${min}`);
    return value;
  };
}

/** A finite number, for commander. */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('must be a number');
  return value;
}

/** A moment: ISO 8601 or seconds since 1970, for commander. */
export function moment(text: string): Date {
  const date = new Date(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('must be a time such as 2026-11-23T10:00:00Z');
  return date;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time such as 90s, 15m, 1h or 2d, in milliseconds, for commander. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  if (!(ms > 0)) throw new InvalidArgumentError('must be a length of time such as 90s, 15m, 1h or 2d');
  return ms;
}

/** Words separated by commas, gathered over repeated options, for commander. */
export function words(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').filter((word) => word !== '')];
}

/** The value of a setting of a model: a number, true or false, a list or object in JSON, else the text itself. */
function settingValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError(`"${text}" is not JSON`);
  }
}

/** `name=value`, gathered over repeated options, for commander. */
export function setting(
  text: string,
  before: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('must be name=value');
  return { ...before, [name]: settingValue(value) };
}

/** `name=number`, gathered over repeated options, for commander. */
export function namedNumber(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const [, name, value = ''] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value.trim() === '' || !Number.isFinite(Number(value))) {
    throw new InvalidArgumentError('must be name=number');
  }
  return { ...before, [name]: Number(value) };
}

/** Numbers separated by commas, for commander. */
export function numbers(text: string): readonly number[] {
  return text.split(',').map((part) => finiteNumber(part));
}
