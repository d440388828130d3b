import type { Experiment } from '../domain/experiment';
import type { ExperimentStore } from '../ports';
import type { RolloutModel } from './rollout-model';

/** Takes back the versions of rollouts that have ended, or that of one of them. What fails is told, and stays to be done. */
export type TakeBackModels = (experimentId?: string) => Promise<void>;

/** Makes it: called after each end and in each round of the job, so that neither a crash nor a registry that is down loses one. */
export function makeTakeBackModels(ports: {
  readonly experiments: Pick<ExperimentStore, 'open' | 'pendingTakeBacks' | 'takenBack'>;
  readonly rolloutModel: Pick<RolloutModel, 'takeBack'>;
  readonly onFailure: (experimentId: string, error: unknown) => void;
}): TakeBackModels {
  return async (only) => {
    const all = await ports.experiments.pendingTakeBacks();
    const pending = all.filter(({ experiment }) => only === undefined || experiment.definition.experimentId === only);
    if (pending.length === 0) return;
    const open = await ports.experiments.open();
    for (const { experiment, reason } of pending) {
      const { experimentId } = experiment.definition;
      try {
        // another rollout of the same version has it now, and takes it back itself
        if (!open.some((other) => rollsOutTheSame(other, experiment))) {
          await ports.rolloutModel.takeBack(experiment, reason);
        }
        await ports.experiments.takenBack(experimentId);
      } catch (error) {
        ports.onFailure(experimentId, error);
      }
    }
  };
}

function rollsOutTheSame({ definition, rollout }: Experiment, { rollout: ended }: Experiment): boolean {
  const isUnderWay = definition.state === 'running' || definition.state === 'paused';
  return isUnderWay && rollout?.model === ended?.model && rollout?.modelVersion === ended?.modelVersion;
}
