import type { Estimate } from '@attune/evaluation';

/** A metric over several seeds. */
export interface SpreadEstimate extends Estimate {
  /** The standard deviation between seeds. */
  readonly spread: number;
  readonly perSeed: readonly number[];
}

/** Two-sided 95 % quantiles of Student's t by degrees of freedom from 1. */
const T_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131];

/** The mean of each metric over seeds, with the 95 % interval of that mean (Student's t) and the spread between seeds. */
export function overSeeds(
  runs: readonly Readonly<Record<string, Estimate>>[],
): Readonly<Record<string, Estimate | SpreadEstimate>> {
  if (runs.length === 1) return runs[0]!;
  const names = Object.keys(runs[0]!).filter((name) => runs.every((run) => run[name] !== undefined));
  return Object.fromEntries(names.map((name) => [name, spreadOf(runs.map((run) => run[name]!.value))]));
}

function spreadOf(perSeed: readonly number[]): SpreadEstimate {
  const n = perSeed.length;
  const value = perSeed.reduce((sum, x) => sum + x, 0) / n;
  const spread = Math.sqrt(perSeed.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1));
  const margin = ((T_95[n - 2] ?? 1.96) * spread) / Math.sqrt(n);
  return { value, low: value - margin, high: value + margin, spread, perSeed };
}
