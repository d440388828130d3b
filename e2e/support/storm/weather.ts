/** What can go wrong, and how often it does in a storm of 202 faults. */
const COUNTS = {
  'kill a store': 16,
  'freeze a store': 18,
  'restart a store': 6,
  'kill the producer': 14,
  'freeze the producer': 14,
  'terminate a PostgreSQL backend': 24,
  'kill a PostgreSQL backend': 5,
  'freeze a PostgreSQL backend': 16,
  'kill Redis': 9,
  'freeze Redis': 15,
  'deliver twice': 25,
  'deliver late': 20,
  'deliver out of order': 20,
} as const;

/** One kind of fault. */
export type Fault = keyof typeof COUNTS;

/** The faults of a storm in their order, the same for the same random numbers. */
export function forecast(random: () => number): Fault[] {
  const faults = (Object.entries(COUNTS) as [Fault, number][]).flatMap(([fault, count]) =>
    new Array<Fault>(count).fill(fault),
  );
  for (let at = faults.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [faults[at], faults[other]] = [faults[other]!, faults[at]!];
  }
  return faults;
}
