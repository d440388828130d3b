import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@attune/errors';
import { checkChange } from '@attune/experiments';
import { refuse, requireSound } from '../domain/check-experiment';
import type { Experiment, Rollout } from '../domain/experiment';
import { placed } from '../domain/place';
import type { Clock, ExperimentStore } from '../ports';
import type { NewExperiment } from './create-experiment';

/** How an experiment shall be, and which version of it the caller has seen. */
export interface ExperimentUpdate {
  readonly wanted: NewExperiment;
  readonly reason: string;
  readonly actor: string;
}

/** Changes a draft in all, and one that collects in what does not mix two experiments into one. */
export function makeUpdateExperiment(ports: {
  readonly experiments: ExperimentStore;
  readonly afterChange: () => Promise<void>;
  readonly clock: Clock;
}) {
  return async ({ wanted, reason, actor }: ExperimentUpdate): Promise<Experiment> => {
    const updated = await ports.experiments.change(
      wanted.definition.experimentId,
      (before, others) => {
        requireVersion(before, wanted);
        const after = changedTo(before, wanted, others);
        requireSound(after, others);
        return { after, change: 'updated', reason: reason || 'no reason was given' };
      },
      { actor, now: ports.clock() },
    );
    await ports.afterChange();
    return updated;
  };
}

function requireVersion(
  { definition: { experimentId, version } }: Experiment,
  { definition: seen }: NewExperiment,
): void {
  if (seen.version === version) return;
  const message = `experiment "${experimentId}" is at version ${version}, and the change is of version ${seen.version}`;
  throw new AppError('conflict.version', `${message}: get it again and change that`);
}

function changedTo(before: Experiment, wanted: NewExperiment, others: readonly Experiment[]): Experiment {
  const { state, layerStart, reservedShare, startedAtMs, trafficShare } = before.definition;
  const kept = { state, layerStart, reservedShare, ...(startedAtMs === undefined ? {} : { startedAtMs }) };
  const { rollout, ...rest } = wanted;
  const after: Experiment = {
    ...before,
    ...rest,
    // the share of a rollout is that of its step, whatever the caller sends back
    definition: { ...wanted.definition, ...kept, ...(rollout === undefined ? {} : { trafficShare }) },
    ...(rollout === undefined ? {} : { rollout: { ...rollout, ...progressOf(before.rollout) } }),
  };
  refuse([...checkChange(before.definition, after.definition), ...rolloutChange(before, after)]);
  const draft = state === 'draft' && rollout !== undefined ? withShare(after, rollout.steps[0]) : after;
  return placed(
    draft,
    others.map(({ definition }) => definition),
  );
}

function withShare(experiment: Experiment, trafficShare = experiment.definition.trafficShare): Experiment {
  return { ...experiment, definition: { ...experiment.definition, trafficShare } };
}

/** Where it stands is kept by the service. */
function progressOf(rollout: Rollout | undefined): Pick<Rollout, 'step' | 'stepStartedAtMs'> {
  const { step = 0, stepStartedAtMs } = rollout ?? {};
  return stepStartedAtMs === undefined ? { step } : { step, stepStartedAtMs };
}

/** The steps that were taken stay, and so does the model: both are what units have seen. */
function rolloutChange({ definition, rollout }: Experiment, { rollout: after }: Experiment) {
  if (definition.state === 'draft' || rollout === undefined || after === undefined) return [];
  const taken = (one: Rollout) => [one.steps.slice(0, rollout.step + 1), one.model, one.modelVersion];
  if (isDeepStrictEqual(taken(rollout), taken(after))) return [];
  const description = 'must keep the steps that were taken, the model and its version once it has started';
  return [{ field: 'rollout', description }];
}
