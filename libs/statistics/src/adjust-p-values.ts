import { AppError } from '@attune/errors';

/** How many comparisons at once are paid for. */
export type Adjustment = 'bonferroni' | 'holm' | 'hochberg' | 'benjamini_hochberg' | 'benjamini_yekutieli';

/**
 * P values of several comparisons, made fit to be read together, in the order in which they came; equal to R's p.adjust. `holm`,
 * `bonferroni` and `hochberg` bound the chance of any false discovery (Holm 1979; Hochberg 1988), `benjamini_hochberg` and
 * `benjamini_yekutieli` the share of false ones among the discoveries (Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001, which
 * holds under any dependence). Throws `invalid.p_value`.
 */
export function adjustPValues(pValues: readonly number[], method: Adjustment): number[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new AppError('invalid.p_value', `${p} is no p value: it must be from 0 to 1`);
  }
  const count = pValues.length;
  if (method === 'bonferroni') return pValues.map((p) => Math.min(1, p * count));
  const rising = pValues.map((_, at) => at).sort((a, b) => pValues[a]! - pValues[b]!);
  return method === 'holm' ? stepDown(pValues, rising) : stepUp(pValues, rising, factorOf(method, count));
}

/** From the smallest p value on; none is below the one before. */
function stepDown(pValues: readonly number[], rising: readonly number[]): number[] {
  const adjusted = new Array<number>(pValues.length);
  let worst = 0;
  for (const [rank, at] of rising.entries()) {
    worst = Math.max(worst, Math.min(1, pValues[at]! * (pValues.length - rank)));
    adjusted[at] = worst;
  }
  return adjusted;
}

/** From the largest p value down; none is above the one before. */
function stepUp(pValues: readonly number[], rising: readonly number[], factor: (rank: number) => number): number[] {
  const adjusted = new Array<number>(pValues.length);
  let best = 1;
  for (let rank = rising.length; rank >= 1; rank--) {
    const at = rising[rank - 1]!;
    best = Math.min(best, pValues[at]! * factor(rank));
    adjusted[at] = best;
  }
  return adjusted;
}

/** What the p value of a rank (1 is the smallest) is multiplied by. */
function factorOf(method: Exclude<Adjustment, 'bonferroni' | 'holm'>, count: number): (rank: number) => number {
  switch (method) {
    case 'hochberg':
      return (rank) => count - rank + 1;
    case 'benjamini_hochberg':
      return (rank) => count / rank;
    case 'benjamini_yekutieli': {
      let harmonic = 0;
      for (let rank = 1; rank <= count; rank++) harmonic += 1 / rank;
      return (rank) => (count * harmonic) / rank;
    }
    default:
      return method satisfies never;
  }
}
