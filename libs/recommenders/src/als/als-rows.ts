import type { Csr } from '@attune/kernels';
import type { Observed } from '../model';
import { ageFactors, newestOf } from '../weights/age-factors';
import { type WeightOf, weightsByUser } from '../weights/preference-weights';

/** How observations become weights. */
export interface RowTerms {
  readonly weightOf: WeightOf;
  /** What each time that a user was shown an item weighs against the pair. */
  readonly shownWeight: number;
  readonly halfLifeDays: number;
  /** Of all interactions: it has the age 0. */
  readonly newestMs: number;
}

/** The terms of a training: ages are counted from the newest of its interactions. */
export function rowTerms({ interactions }: Observed, terms: Omit<RowTerms, 'newestMs'>): RowTerms {
  return { ...terms, newestMs: newestOf(interactions) };
}

/** The weights by user: above 0 for what users did, below for what they were shown, each less where it is old. */
export function rowsOf({ interactions, showings }: Observed, terms: RowTerms): Csr {
  const { weightOf, shownWeight, halfLifeDays, newestMs } = terms;
  const did = weightsByUser(interactions, weightOf, ageFactors(interactions, halfLifeDays, newestMs));
  if (showings === undefined || shownWeight === 0) return did;
  const ageing = ageFactors(showings, halfLifeDays, newestMs);
  const shown = weightsByUser(showings, (count) => -shownWeight * count, ageing);
  return matrixOf(Array.from({ length: did.rowCount }, (_, row) => [rowAt(did, row), rowAt(shown, row)]));
}

/** The entries of one row. */
export interface Row {
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** One row of a matrix, as a view. */
export function rowAt({ offsets, indices, values }: Csr, row: number): Row {
  const [first, last] = [offsets[row]!, offsets[row + 1]!];
  return { indices: indices.subarray(first, last), values: values.subarray(first, last) };
}

/** A matrix of which each row has the entries of some others. */
export function matrixOf(rows: readonly (readonly Row[])[]): Csr {
  const offsets = new Int32Array(rows.length + 1);
  for (const [at, parts] of rows.entries()) {
    offsets[at + 1] = parts.reduce((end, { indices }) => end + indices.length, offsets[at]!);
  }
  const [indices, values] = [new Int32Array(offsets[rows.length]!), new Float32Array(offsets[rows.length]!)];
  let at = 0;
  for (const part of rows.flat()) {
    indices.set(part.indices, at);
    values.set(part.values, at);
    at += part.indices.length;
  }
  return { rowCount: rows.length, offsets, indices, values };
}
