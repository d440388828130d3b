import type { Estimate, EvaluationCounts, MainMetric, PairedComparison, Protocol, Segment } from '@attune/evaluation';
import { table } from '../output';

/** What came of one model. */
export interface ModelResult {
  readonly model: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Training and measuring, together. */
  readonly seconds: number;
  readonly fitSeconds?: number;
  readonly metrics: Readonly<Record<string, Estimate>>;
  readonly segments?: readonly Segment[];
  readonly counts?: EvaluationCounts;
  /** What the training says of itself. */
  readonly training?: Readonly<Record<string, number>>;
  /** Of a search: what was picked, and what was tried. */
  readonly picked?: string;
  readonly tried?: readonly unknown[];
  /** Of a search: how its validation set was taken. */
  readonly validation?: string;
  /** Why there are no metrics. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** The document that `attune evaluate --json` prints. */
export interface EvaluateResult {
  readonly protocol: Protocol;
  /** The model with the best main metric; '' where all failed. */
  readonly best: string;
  readonly mainMetric: string;
  readonly k: readonly number[];
  readonly seeds: readonly number[];
  readonly data: Readonly<Record<string, unknown>>;
  /** How the best differs from the next best, on the same users. */
  readonly comparison?: PairedComparison & { readonly best: string; readonly next: string };
  /** The best first; those that failed last. */
  readonly results: readonly ModelResult[];
}

/** Results from the best to the worst by the main metric; those that failed come last. */
export function ordered(results: readonly ModelResult[], { name, isHigherBetter }: MainMetric): ModelResult[] {
  const mainOf = ({ metrics }: ModelResult) => metrics[name]?.value ?? Number.NaN;
  const sign = isHigherBetter ? -1 : 1;
  return [...results].sort((a, b) => {
    const [x, y] = [mainOf(a), mainOf(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y);
  });
}

/** The result as people read it. */
export function resultLines(result: EvaluateResult): string[] {
  const { results, mainMetric, best, comparison } = result;
  const names = shownMetrics(results, mainMetric);
  const rows = results
    .filter(({ error }) => error === undefined)
    .map(({ model, picked, metrics, seconds }) => [
      picked === undefined || picked === model ? model : `${model} (${picked})`,
      ...names.map((name) => estimateText(metrics[name])),
      `${seconds.toFixed(1)} s`,
    ]);
  const failures = results.flatMap(({ model, error }) =>
    error === undefined ? [] : [`${model} failed: ${error.message}`],
  );
  return [
    ...table(['model', ...names, 'time'], rows),
    ...failures,
    ...(best === '' ? [] : ['', `Best by ${mainMetric}: ${best}${comparisonText(comparison)}`]),
    ...results.flatMap(segmentLines(mainMetric)),
  ];
}

function shownMetrics(results: readonly ModelResult[], mainMetric: string): string[] {
  const all = results.flatMap(({ metrics }) => Object.keys(metrics));
  return [mainMetric, ...new Set(all.filter((name) => name !== mainMetric))].filter((name) => all.includes(name));
}

function estimateText(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '-';
  const { value, low, high } = estimate;
  return `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}

function comparisonText(comparison: EvaluateResult['comparison']): string {
  if (comparison === undefined) return '';
  const { next, difference } = comparison;
  const isSure = difference.low > 0 || difference.high < 0;
  const sign = difference.value >= 0 ? '+' : '';
  return `, ${sign}${difference.value.toFixed(4)} [${difference.low.toFixed(4)}, ${difference.high.toFixed(4)}] to ${next}${isSure ? '' : ' (the interval contains 0: it may be chance)'}`;
}

function segmentLines(mainMetric: string) {
  return ({ model, segments = [] }: ModelResult): string[] => {
    const rows = segments.map(({ segment, label, userCount, metrics }) => {
      const name = metrics[mainMetric] === undefined ? Object.keys(metrics)[0] : mainMetric;
      return [segment, label, userCount, name ?? '', estimateText(metrics[name ?? ''])];
    });
    return rows.length === 0 ? [] : ['', model, ...table(['segment', 'label', 'users', 'metric', ''], rows)];
  };
}
