import type { PairedSizes } from '../detectors/paired-counts';

/** The chi-square needs about this many values of a category to be expected in the smaller sample (Cochran 1954). */
const LEAST_EXPECTED = 5;

/** Counts per category in both samples, rare categories together. */
export interface CategoryTable {
  readonly reference: readonly number[];
  readonly current: readonly number[];
  readonly sizes: PairedSizes;
}

/** The table of two samples. Categories of which fewer than 5 values are expected in either sample become one. */
export function categoryTable(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): CategoryTable {
  const sizes = { reference: total(reference), current: total(current) };
  const smallerShare = Math.min(sizes.reference, sizes.current) / (sizes.reference + sizes.current);
  const [ofReference, ofCurrent]: [number[], number[]] = [[], []];
  let [rareReference, rareCurrent] = [0, 0];
  for (const name of new Set([...reference.keys(), ...current.keys()])) {
    const [one, other] = [reference.get(name) ?? 0, current.get(name) ?? 0];
    if ((one + other) * smallerShare >= LEAST_EXPECTED) {
      ofReference.push(one);
      ofCurrent.push(other);
    } else {
      rareReference += one;
      rareCurrent += other;
    }
  }
  if (rareReference + rareCurrent > 0) {
    ofReference.push(rareReference);
    ofCurrent.push(rareCurrent);
  }
  return { reference: ofReference, current: ofCurrent, sizes };
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
