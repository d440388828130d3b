import { experiment as contract } from '@attune/contracts';
import type { ExperimentDefinition, ExperimentKind, ExperimentState } from '@attune/experiments';

const STATES: ReadonlyMap<contract.ExperimentState, ExperimentState> = new Map([
  [contract.ExperimentState.DRAFT, 'draft'],
  [contract.ExperimentState.RUNNING, 'running'],
  [contract.ExperimentState.PAUSED, 'paused'],
  [contract.ExperimentState.STOPPED, 'stopped'],
]);
const KINDS: ReadonlyMap<contract.ExperimentKind, ExperimentKind> = new Map([
  [contract.ExperimentKind.INTERLEAVING, 'interleaving'],
  [contract.ExperimentKind.ROLLOUT, 'rollout'],
]);

/** What decides who is in an experiment. A state that this build does not know assigns nobody. */
export function definitionOf(message: contract.Experiment): ExperimentDefinition {
  const { startsAt, endsAt, startedAt, salt } = message;
  return {
    experimentId: message.experimentId,
    ...(salt !== '' && { salt }),
    state: STATES.get(message.state) ?? 'paused',
    kind: KINDS.get(message.kind) ?? 'a_b',
    variants: message.variants.map(({ name, weight, parameters }) => ({ name, weight, parameters: { ...parameters } })),
    trafficShare: message.trafficShare,
    targeting: { ...message.targeting },
    layer: message.layer,
    layerStart: message.layerStart,
    reservedShare: message.reservedShare,
    ramp: message.ramp.flatMap(({ at, trafficShare }) =>
      at === undefined ? [] : [{ atMs: at.getTime(), trafficShare }],
    ),
    holdoutShare: message.holdoutShare,
    ...(startsAt && { startsAtMs: startsAt.getTime() }),
    ...(endsAt && { endsAtMs: endsAt.getTime() }),
    ...(startedAt && { startedAtMs: startedAt.getTime() }),
    primaryMetric: message.primaryMetric,
    secondaryMetrics: [...message.secondaryMetrics],
    guardrails: message.guardrails.map(({ metric, toleratedRelativeLoss }) => ({ metric, toleratedRelativeLoss })),
    version: message.version,
  };
}
