/** How busy each hour of a day is (UTC): quiet nights, a small peak in the morning, a large one in the evening. */
const HOURS = [
  0.35, 0.22, 0.15, 0.12, 0.12, 0.2, 0.45, 0.85, 1.05, 0.95, 0.9, 0.95, 1.15, 1.1, 0.95, 0.95, 1.0, 1.15, 1.4, 1.7, 1.9,
  1.8, 1.35, 0.75,
];
/** How busy each day of a week is, from Sunday on. */
const WEEKDAYS = [1.3, 0.9, 0.88, 0.9, 0.95, 1.05, 1.28];

const HOUR_MS = 3_600_000;

/** How busy an hour is, relative to others. */
export function busyness(hourStartMs: number): number {
  const hour = Math.floor(hourStartMs / HOUR_MS) % 24;
  // the first of January 1970 was a Thursday
  const weekday = (Math.floor(hourStartMs / (24 * HOUR_MS)) + 4) % 7;
  return HOURS[(hour + 24) % 24]! * WEEKDAYS[(weekday + 7) % 7]!;
}
