import { DistributionSketch } from '@attune/drift';
import type { SeriesStep } from '../series';

/** The word under which a word that is missing is counted. */
export const NO_WORD = 'none';

/** What some steps of a distribution come to. */
export function sketchOfSteps(steps: readonly SeriesStep[]): DistributionSketch {
  const sketches = steps.flatMap(({ sketch }) => (sketch === undefined ? [] : [DistributionSketch.decode(sketch)]));
  return DistributionSketch.merged(sketches);
}
