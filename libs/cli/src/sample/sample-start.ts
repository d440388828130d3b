const DAY_MS = 86_400_000;

/** The midnight (UTC) from which a sample of so many days ends with the day before `now`: nothing happens in the future. */
export function sampleStart(now: Date, days: number): Date {
  return new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - days * DAY_MS);
}
