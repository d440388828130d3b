import { samplesForMeans } from '@attune/statistics';
import type { Analysis, ComparisonView } from './analysis';

type Compared = Extract<ComparisonView, { status: 'compared' }>;

/** What to do, in a sentence, by the p values that are adjusted for several comparisons (Holm). */
export function recommendation(analysis: Omit<Analysis, 'recommendation'>): string {
  if (analysis.comparisons === null) return `Do not decide by these data: ${analysis.withheld?.reason}.`;
  const { confidence, metric } = analysis;
  const compared = analysis.comparisons.flatMap((one) => (one.status === 'compared' ? [one] : []));
  if (compared.length === 0) {
    const reasons = analysis.comparisons.flatMap((one) => (one.status === 'compared' ? [] : [one.reason]));
    return `Keep running: ${reasons[0]}.`;
  }
  const sign = metric.lowerIsBetter ? -1 : 1;
  const isSure = (one: Compared) => (one.adjusted?.holm ?? 1) < 1 - confidence;
  const byGain = compared.toSorted((a, b) => sign * (b.difference - a.difference));
  const winner = byGain.find((one) => isSure(one) && sign * one.difference > 0);
  if (winner !== undefined) return `Roll out "${winner.variant}": ${evidence(winner)}.${peekingRemark(winner)}`;
  if (compared.every(isSure))
    return `Stop, and keep "${analysis.control}": ${evidence(byGain[0]!)}.${peekingRemark(byGain[0]!)}`;
  return inconclusive(byGain.find((one) => !isSure(one))!, analysis);
}

function evidence({ variant, lift, difference, pValue, adjusted }: Compared): string {
  const p = (adjusted?.holm ?? pValue).toPrecision(2);
  const more = difference > 0 ? 'higher' : 'lower';
  if (!lift.isDefined) return `${variant} is ${more} by ${Math.abs(difference).toPrecision(3)} (p = ${p})`;
  return `${variant} is ${more} by ${percent(Math.abs(lift.lift))}, between ${percent(lift.low)} and ${percent(lift.high)} (p = ${p})`;
}

/** A p value for one look says too much to whoever looked before. */
function peekingRemark({ sequential }: Compared): string {
  if (!sequential.isWarm || sequential.low > 0 || sequential.high < 0) return '';
  return ' If this is not the only look at these data, keep running: the sequential interval still contains 0.';
}

function inconclusive(one: Compared, { confidence }: Omit<Analysis, 'recommendation'>): string {
  const between = one.lift.isDefined
    ? `a lift from ${percent(one.lift.low)} to ${percent(one.lift.high)}`
    : `a difference from ${one.low.toPrecision(3)} to ${one.high.toPrecision(3)}`;
  const needed = neededUnits(one, 1 - confidence);
  const present = Math.min(one.control.count, one.treatment.count);
  const wait =
    needed === undefined
      ? ''
      : ` If the difference is what it looks like now, ${needed.toLocaleString('en-US')} units in each variant find it with 80 % power; the smaller one has ${present.toLocaleString('en-US')}.`;
  return `Inconclusive, keep running or settle for no difference: "${one.variant}" may have ${between}.${wait}`;
}

/** Units per variant with which the present difference is found, with both variants' spread as it is; undefined where there is none. */
function neededUnits({ difference, control, treatment }: Compared, alpha: number): number | undefined {
  const [varianceC, varianceT] = [control, treatment].map(({ count, standardError }) => count * standardError ** 2);
  const standardDeviation = Math.sqrt((varianceC! + varianceT!) / 2);
  if (difference === 0 || standardDeviation / Math.abs(difference) > 1e4) return undefined;
  return Math.ceil(samplesForMeans({ difference, standardDeviation, alpha }));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
