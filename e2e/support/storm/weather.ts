/** What can go wrong. Faults of the broker need a log that has one. */
const FAULTS = [
  'kill a store',
  'freeze a store',
  'restart a store',
  'kill the producer',
  'freeze the producer',
  'terminate a PostgreSQL backend',
  'kill a PostgreSQL backend',
  'freeze a PostgreSQL backend',
  'kill Redis',
  'freeze Redis',
  'kill the broker',
  'freeze the broker',
  'restart the broker',
  'deliver twice',
  'deliver late',
  'deliver out of order',
] as const;

/** One kind of fault. */
export type Fault = (typeof FAULTS)[number];

/** How often each kind of fault strikes. */
export type Weather = Readonly<Partial<Record<Fault, number>>>;

/** The faults of a storm in their order, the same for the same random numbers. */
export function forecast(weather: Weather, random: () => number): Fault[] {
  const faults = FAULTS.flatMap((fault) => new Array<Fault>(weather[fault] ?? 0).fill(fault));
  for (let at = faults.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [faults[at], faults[other]] = [faults[other]!, faults[at]!];
  }
  return faults;
}
