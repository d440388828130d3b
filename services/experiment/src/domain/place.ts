import { type ExperimentDefinition, largestTrafficShare, placeInLayer } from '@attune/experiments';
import type { Experiment } from './experiment';

/** The share that an experiment must hold in its layer: the largest that its ramp, or its rollout, comes to. */
function shareToReserve({ definition, rollout }: Pick<Experiment, 'definition' | 'rollout'>): number {
  return Math.max(largestTrafficShare(definition), ...(rollout?.steps ?? []));
}

/**
 * The experiment with a place in its layer beside the `others`. One that collects keeps its place and can only grow into what is free
 * behind it: moving it would give its units to somebody else. Throws `invalid.experiment` where there is no room.
 */
export function placed(experiment: Experiment, others: readonly ExperimentDefinition[]): Experiment {
  const { definition } = experiment;
  const reservedShare = shareToReserve(experiment);
  // shares that are none are reported by the check of the definition, in words
  if (!(reservedShare >= 0 && reservedShare <= 1)) return experiment;
  const isCollecting = definition.state === 'running' || definition.state === 'paused';
  const wanted = {
    ...definition,
    reservedShare: isCollecting ? Math.max(reservedShare, definition.reservedShare) : reservedShare,
  };
  const layerStart = isCollecting ? definition.layerStart : placeInLayer(wanted, others);
  return { ...experiment, definition: { ...wanted, layerStart } };
}
