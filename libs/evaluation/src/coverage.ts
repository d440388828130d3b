import { seededUniform } from '@attune/kernels';
import type { Estimate } from './estimate';
import { listOf, type RecommendationLists } from './list-metrics';
import { standardInterval } from './standard-interval';

const MOST_STEPS = 1e7;

/**
 * Coverage@k: the share of all items that are in the list of at least one user (Herlocker et al., TOIS 2004; Ge et al., RecSys 2010).
 * Resamples have fewer distinct users and so cover less: the interval is the value with 1.96 bootstrap standard errors.
 */
export function coverage(
  lists: RecommendationLists,
  { k, itemCount, seed }: { readonly k: number; readonly itemCount: number; readonly seed: number },
): Estimate {
  const rows = Array.from(lists.users, (_, row) => listOf(lists, row, k));
  const seenAt = new Int32Array(itemCount);
  let round = 0;
  const covered = (pick: (draw: number) => number): number => {
    round++;
    let count = 0;
    for (let draw = 0; draw < rows.length; draw++) {
      for (const item of rows[pick(draw)]!) {
        if (seenAt[item] === round) continue;
        seenAt[item] = round;
        count++;
      }
    }
    return count / itemCount;
  };
  const value = covered((draw) => draw);
  const uniform = seededUniform(seed);
  const resamples = Math.max(20, Math.min(200, Math.floor(MOST_STEPS / (rows.length * k + 1))));
  const drawn = Float64Array.from({ length: resamples }, () => covered(() => Math.floor(uniform() * rows.length)));
  return { value, ...standardInterval(value, drawn, [0, 1]) };
}
