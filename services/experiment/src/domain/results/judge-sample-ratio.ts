import type { ExperimentDefinition } from '@attune/experiments';
import { checkSampleRatio } from '@attune/statistics';
import type { SampleRatio } from './results';

/** A chi-square test is read where every variant should have so many units (Cochran 1952). */
const LEAST_EXPECTED = 5;

/**
 * Whether units came in the shares that the weights promise. A person who looks is told by the chi-square test (`once`), the job that
 * looks every few seconds by the anytime-valid one (`at_every_look`).
 */
export function judgeSampleRatio(
  { variants }: Pick<ExperimentDefinition, 'variants'>,
  byVariant: Readonly<Record<string, number>>,
  looks: 'once' | 'at_every_look',
): SampleRatio {
  const names = variants.map(({ name }) => name);
  const counts = names.map((name) => byVariant[name] ?? 0);
  const weights = variants.map(({ weight }) => weight);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const unitCounts = Object.fromEntries(names.map((name, at) => [name, counts[at]!]));
  if (total === 0) return { unitCounts, pValue: 1, sequentialPValue: 1 };
  const isLarge = weights.every((weight) => weight * total >= LEAST_EXPECTED);
  const check = checkSampleRatio(names, counts, weights, { looks: isLarge ? looks : 'at_every_look' });
  return {
    unitCounts,
    pValue: check.fixed.pValue,
    sequentialPValue: check.sequential.pValue,
    ...(check.reason === undefined ? {} : { reason: check.reason }),
  };
}
