import { normalCritical } from '@attune/statistics';
import { kolmogorovSmirnov } from '../detectors/kolmogorov-smirnov';
import { type PairedCounts, sizesOf } from '../detectors/paired-counts';
import { populationStability } from '../detectors/population-stability';
import { wasserstein } from '../detectors/wasserstein';
import type { ColumnDrift, NumericTests } from './column-drift';
import { DEFAULT_BOUNDS, type DriftBounds } from './drift-bounds';
import { judgeNullRate, type NullPair, nullRateWords } from './judge-null-rate';

/**
 * How many times what chance makes on average a distance must be, per standard error of a mean: between uniform samples the distance is
 * the difference of the means where it is large, and its average is 0.3133 / 0.2887 of that difference's standard error.
 */
const CHANCES_PER_ERROR = 0.2887 / 0.3133;

/** Judges a numeric column by PSI, Kolmogorov-Smirnov, Wasserstein and the share of missing values. */
export function judgeNumeric(pair: PairedCounts, nulls: NullPair, bounds: DriftBounds = DEFAULT_BOUNDS): ColumnDrift {
  const sizes = sizesOf(pair);
  const isEnough = Math.min(sizes.reference, sizes.current) >= bounds.leastCount;
  const tests = {
    psi: isEnough ? judgedPsi(pair, bounds) : null,
    ks: isEnough ? judgedKs(pair, bounds) : null,
    wasserstein: isEnough ? judgedWasserstein(pair, bounds) : null,
    nullRate: judgeNullRate(nulls, bounds),
  };
  const words = wordsOf(tests);
  const verdict = words.length > 0 ? 'drift' : isEnough ? 'no_drift' : 'insufficient_data';
  const few = `${sizes.reference} values in the reference and ${sizes.current} now are too few: it takes ${bounds.leastCount} in each`;
  const calm = 'no test finds a difference that is both certain and large enough to matter';
  const normalized = tests.wasserstein?.normalized ?? null;
  return {
    type: 'numeric',
    verdict,
    drifted: verdict === 'drift',
    effectSize: normalized === null ? null : { measure: 'wasserstein_normalized', value: normalized },
    tests,
    reason: words.length > 0 ? words.join('; ') : isEnough ? calm : few,
  };
}

function judgedPsi(pair: PairedCounts, bounds: DriftBounds): NumericTests['psi'] {
  const test = populationStability(pair);
  return { ...test, bound: bounds.psi, drifted: test.value >= bounds.psi && test.pValue < bounds.significance };
}

function judgedKs(pair: PairedCounts, bounds: DriftBounds): NumericTests['ks'] {
  const test = kolmogorovSmirnov(pair);
  return { ...test, bound: bounds.ks, drifted: test.statistic >= bounds.ks && test.pValue < bounds.significance };
}

function judgedWasserstein(pair: PairedCounts, bounds: DriftBounds): NumericTests['wasserstein'] {
  const test = wasserstein(pair);
  const isLarge = (test.normalized ?? 0) >= bounds.wasserstein;
  const leastTimes = CHANCES_PER_ERROR * normalCritical(bounds.significance / 2);
  return {
    ...test,
    bound: bounds.wasserstein,
    drifted: isLarge && test.value >= leastTimes * test.expectedByChance,
  };
}

function wordsOf({ psi, ks, wasserstein: distance, nullRate }: NumericTests): readonly string[] {
  return [
    ...(ks?.drifted === true ? [`the distributions are ${short(ks.statistic)} apart (KS, bound ${ks.bound})`] : []),
    ...(psi?.drifted === true ? [`PSI is ${short(psi.value)} (bound ${psi.bound})`] : []),
    ...(distance?.drifted === true
      ? [
          `values moved by ${short(distance.normalized!)} scales of the reference (Wasserstein, bound ${distance.bound})`,
        ]
      : []),
    ...nullRateWords(nullRate),
  ];
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
