import { BOUNDS } from './bounds';
import type { Part } from './check-segments';
import type { DatedExamples } from './example-rows';

/** So many features are looked at, those with the most different values first. */
const MOST_FEATURES = 16;

/** Examples in parts that may be answered differently: by how often their user is asked about, and by the thirds of each feature. */
export function exampleParts({ examples, users }: DatedExamples, rows: Uint32Array): Part[] {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(users[row]!, (counts.get(users[row]!) ?? 0) + 1);
  const columns = examples.features
    .map(({ name, values }) => ({ name, values: Float64Array.from(rows, (row) => values[row]!) }))
    .map((column) => ({ ...column, distinct: new Set(column.values).size }))
    .filter(({ distinct }) => distinct > 1)
    .sort((a, b) => b.distinct - a.distinct)
    .slice(0, MOST_FEATURES);
  const activity = { name: 'activity', values: Float64Array.from(rows, (row) => counts.get(users[row]!)!) };
  return [activity, ...columns].flatMap(({ name, values }) => thirdsOf(name, values)).filter(hasUsers);

  function hasUsers({ places }: Part): boolean {
    return new Set(Array.from(places, (place) => users[rows[place]!]!)).size >= BOUNDS.segmentLeastUsers;
  }
}

function thirdsOf(name: string, values: Float64Array): Part[] {
  const known = Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  const [first, second] = [1, 2].map((third) => known[Math.floor((third * known.length) / 3)] ?? 0);
  const labelOf = (value: number) => {
    if (Number.isNaN(value)) return 'missing';
    if (value < first!) return 'low';
    return value < second! ? 'medium' : 'high';
  };
  const places = Map.groupBy(values.keys(), (place) => labelOf(values[place]!));
  return [...places].map(([label, own]) => ({ name: `${name} ${label}`, places: Int32Array.from(own) }));
}
