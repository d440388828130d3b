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

/** Words separated by commas, gathered over repeated options, for commander. */
export function words(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').filter((word) => word !== '')];
}
