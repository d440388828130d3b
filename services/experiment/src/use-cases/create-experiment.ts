import { requireSound } from '../domain/check-experiment';
import type { Experiment } from '../domain/experiment';
import { placed } from '../domain/place';
import type { Clock, ExperimentStore } from '../ports';

/** What a caller says of a new experiment; the rest is the service's. */
export type NewExperiment = Pick<Experiment, 'definition' | 'hypothesis' | 'stopsByItself' | 'rollout'>;

/** Creates an experiment as a draft with a place in its layer. */
export function makeCreateExperiment(ports: {
  readonly experiments: ExperimentStore;
  readonly afterChange: () => Promise<void>;
  readonly clock: Clock;
}) {
  return async (wanted: NewExperiment, actor: string): Promise<Experiment> => {
    const now = ports.clock();
    const draft: Experiment = { ...fresh(wanted), createdAtMs: now.getTime() };
    const make = (others: readonly Experiment[]) => {
      // first by itself: a share that is none has no place
      requireSound(draft, []);
      const experiment = placed(
        draft,
        others.map(({ definition }) => definition),
      );
      requireSound(experiment, others);
      return experiment;
    };
    const by = { actor, now, reason: 'created as a draft' };
    const created = await ports.experiments.create(draft.definition.experimentId, make, by);
    await ports.afterChange();
    return created;
  };
}

/** A draft at its beginning: a rollout starts with its first step. */
function fresh({ definition, rollout, ...rest }: NewExperiment): Omit<Experiment, 'createdAtMs'> {
  const { startedAtMs: _, ...untouched } = definition;
  const trafficShare = rollout?.steps[0] ?? definition.trafficShare;
  const largest = Math.max(
    trafficShare,
    ...definition.ramp.map((step) => step.trafficShare),
    ...(rollout?.steps ?? []),
  );
  return {
    ...rest,
    definition: { ...untouched, trafficShare, state: 'draft', version: 1, layerStart: 0, reservedShare: largest },
    ...(rollout === undefined ? {} : { rollout: { ...rollout, step: 0, stepStartedAtMs: undefined } }),
  };
}
