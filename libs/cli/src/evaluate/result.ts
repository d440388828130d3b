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
  const { results, mainMetric, best, comparison, k } = result;
  const succeeded = results.filter(({ error }) => error === undefined);
  const failures = results.flatMap(({ model, error }) => (error ? [`${model} failed: ${error.message}`] : []));
  if (succeeded.length === 0) return failures;
  const shown = [mainMetric, ...[`recall@${k[0]}`, 'mae'].filter((name) => succeeded[0]!.metrics[name] !== undefined)];
  const rows = succeeded.map(({ metrics, seconds, ...rest }) => [
    nameOf(rest),
    ...shown.map((name) => estimateText(metrics[name])),
    `${seconds.toFixed(1)} s`,
  ]);
  return [
    ...table(['model', ...shown, 'time'], rows),
    ...failures,
    '',
    `Best by ${mainMetric}: ${best}${comparisonText(comparison)}`,
    '',
    ...metricLines(succeeded),
    ...segmentLines(succeeded[0]!, mainMetric),
  ];
}

function nameOf({ model, picked }: Pick<ModelResult, 'model' | 'picked'>): string {
  return picked === undefined || picked === model ? model : `${model} (${picked})`;
}

/** All metrics, a row for each. */
function metricLines(results: readonly ModelResult[]): string[] {
  const names = [...new Set(results.flatMap(({ metrics }) => Object.keys(metrics)))];
  return table(
    ['metric', ...results.map(nameOf)],
    names.map((name) => [name, ...results.map(({ metrics }) => numberText(metrics[name]?.value))]),
  );
}

function estimateText(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '-';
  const { value, low, high } = estimate;
  return `${numberText(value)} [${numberText(low)}, ${numberText(high)}]`;
}

/** What nothing defines, as the popularity of items that nobody has met, is no number. */
function numberText(value = Number.NaN): string {
  return Number.isNaN(value) ? '-' : value.toFixed(4);
}

function comparisonText(comparison: EvaluateResult['comparison']): string {
  if (comparison === undefined) return '';
  const { next, difference } = comparison;
  const isSure = difference.low > 0 || difference.high < 0;
  const sign = difference.value >= 0 ? '+' : '';
  return `, ${sign}${estimateText(difference)} to ${next}${isSure ? '' : ' (it may be chance)'}`;
}

/** The main metric of the best model by segment of users, and recall (or the error) by group of items. */
function segmentLines({ model, segments = [] }: ModelResult, mainMetric: string): string[] {
  const rows = segments.map(({ segment, label, userCount, metrics }) => {
    const name = metrics[mainMetric] === undefined ? Object.keys(metrics)[0]! : mainMetric;
    return [segment, label, userCount, name, estimateText(metrics[name])];
  });
  return rows.length === 0 ? [] : ['', ...table([`segments of ${model}`, '', 'users', 'metric', ''], rows)];
}
