import { AppError } from '@attune/errors';
import { checkInteractions, type Interactions } from '@attune/interactions';
import { buildCsr, type Csr } from '@attune/kernels';
import type { Weighting } from './weighting';

/** What one observed value weighs in the objective, where a typical observation weighs 1. */
export type WeightOf = (value: number) => number;

/** The median of the positive values: what weighs 1 where values weigh by their logarithm. */
export function typicalValue({ value }: Pick<Interactions, 'value'>): number {
  const positive = value.filter((v) => v > 0).sort();
  return positive[positive.length >> 1] ?? 1;
}

/** What values weigh beside a typical one. */
export function weightOf(weighting: Weighting, typical: number): WeightOf {
  if (weighting === 'none') return (v) => (v > 0 ? 1 : 0);
  if (weighting === 'value') return (v) => Math.max(0, v);
  return (v) => (v > 0 ? Math.log2(1 + v / typical) : 0);
}

/** The weights of a data set's values. Values that are not positive say no preference: they weigh 0, as if they were not there. */
export function weightOfValues(interactions: Interactions, weighting: Weighting): WeightOf {
  return weightOf(weighting, weighting === 'log' ? typicalValue(interactions) : 1);
}

/** The matrix of weights by user; refuses data that nothing can be learned from. */
export function preferencesOf(interactions: Interactions, weightOf: WeightOf): Csr {
  requirePreferences(interactions, weightOf);
  return weightsByUser(interactions, weightOf);
}

/** Throws a `failed_precondition.dataset_*` or `invalid.dataset` where nothing can be learned from the data. */
export function requirePreferences(interactions: Interactions, weightOf: WeightOf): void {
  checkInteractions(interactions);
  if (interactions.value.length === 0) {
    throw new AppError('failed_precondition.dataset_empty', 'the data set has no interactions');
  }
  if (interactions.value.some((value) => weightOf(value) > 0)) return;
  throw new AppError('failed_precondition.dataset_no_positives', 'no interaction of the data set has a positive value');
}

/** The matrix of weights by user, less where observations are old (`ageFactors`, [entries]), without what weighs nothing. */
export function weightsByUser(
  { userCount, userIndex, itemIndex, value }: Interactions,
  weightOf: WeightOf,
  ageing?: Float64Array,
): Csr {
  const weights = value.map(ageing === undefined ? weightOf : (v, e) => weightOf(v) * ageing[e]!);
  const kept = Uint32Array.from(weights.keys()).filter((e) => weights[e] !== 0);
  return buildCsr({
    rowCount: userCount,
    rows: Int32Array.from(kept, (e) => userIndex[e]!),
    columns: Int32Array.from(kept, (e) => itemIndex[e]!),
    values: Float32Array.from(kept, (e) => weights[e]!),
  });
}

/** People's histories as weights, without what speaks for nothing. */
export function weighHistories(histories: Csr, weightOf: WeightOf): Csr {
  const values = histories.values.map(weightOf);
  const rows = new Int32Array(histories.indices.length);
  for (let row = 0; row < histories.rowCount; row++)
    rows.fill(row, histories.offsets[row]!, histories.offsets[row + 1]!);
  const kept = Uint32Array.from(values.keys()).filter((e) => !(values[e]! <= 0));
  return buildCsr({
    rowCount: histories.rowCount,
    rows: Int32Array.from(kept, (e) => rows[e]!),
    columns: Int32Array.from(kept, (e) => histories.indices[e]!),
    values: Float32Array.from(kept, (e) => values[e]!),
  });
}
