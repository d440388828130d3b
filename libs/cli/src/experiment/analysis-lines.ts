import { table } from '../output';
import type { Analysis, ComparisonView } from './analysis';

/** An analysis for people: who was in, what differs, what to do. */
export function analysisLines(analysis: Analysis): string[] {
  const { sampleRatio, comparisons, warnings } = analysis;
  const { fixed, sequential, isSound } = sampleRatio;
  return [
    ...variantLines(analysis),
    '',
    `Sample ratio: ${isSound ? 'sound' : 'NOT SOUND'} (p = ${short(fixed.pValue)}; at every look p = ${short(sequential.pValue)})`,
    ...(comparisons === null ? [] : ['', ...comparisonLines(comparisons, analysis), '', ...detailLines(comparisons)]),
    ...warnings.map((warning) => `Warning: ${warning}.`),
    '',
    analysis.recommendation,
  ];
}

function variantLines({ variants, confidence, metric }: Analysis): string[] {
  const all = variants.reduce((sum, { units }) => sum + units, 0);
  const rows = variants.map(({ name, isControl, units, rows: count, expectedShare, value }) => [
    isControl ? `${name} (control)` : name,
    units,
    count,
    `${percent(units / all)} of ${percent(expectedShare)}`,
    value === null ? 'withheld' : short(value.mean),
    value === null ? '' : between(value),
  ]);
  return table(['variant', 'units', 'rows', 'share', metric.kind, `${confidence * 100} % interval`], rows);
}

function comparisonLines(comparisons: readonly ComparisonView[], { confidence }: Analysis): string[] {
  const rows = comparisons.map((one) => {
    if (one.status === 'not_compared') return [one.variant, one.reason, '', '', '', '', '', ''];
    const { lift, adjusted, sequential } = one;
    return [
      one.variant,
      `${short(one.difference)} (${between(one)})`,
      lift.isDefined ? `${signed(lift.lift)} (${signed(lift.low)} .. ${signed(lift.high)})` : 'undefined',
      short(one.pValue),
      short(adjusted?.holm ?? one.pValue),
      short(adjusted?.benjaminiHochberg ?? one.pValue),
      sequential.isWarm ? between(sequential) : 'too few units',
      one.effectSize === undefined ? '' : one.effectSize.toFixed(3),
    ];
  });
  const header = [
    'to the control',
    `difference (${confidence * 100} %)`,
    'lift',
    'p',
    'p Holm',
    'p BH',
    'at every look',
    'effect size',
  ];
  return table(header, rows);
}

/** What is beside the plain test: CUPED, and the Bayesian view. */
function detailLines(comparisons: readonly ComparisonView[]): string[] {
  return comparisons.flatMap((one) => {
    if (one.status === 'not_compared') return [];
    const { cuped, posterior, variant } = one;
    const adjusted =
      cuped === undefined
        ? []
        : [
            `${variant} with CUPED: ${short(cuped.difference)} (${between(cuped)}), p = ${short(cuped.pValue)}; ` +
              `the covariate takes ${percent(cuped.varianceReduction)} of the variance`,
          ];
    return [
      ...adjusted,
      `${variant} is higher with a probability of ${percent(posterior.probabilityBetter)}; ` +
        `expected loss ${short(posterior.expectedLossOfTreatment)} with it, ${short(posterior.expectedLossOfControl)} without`,
    ];
  });
}

function between({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${short(low)} .. ${short(high)}`;
}

function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function signed(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(2)} %`;
}
