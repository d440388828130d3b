import { decideRollout } from '../domain/decide-rollout';
import { type Experiment, ITSELF } from '../domain/experiment';
import type { Clock, ExperimentStore } from '../ports';
import { movedByItself } from '../telemetry';
import type { makeAnalyseExperiment } from './analyse-experiment';
import type { MoveExperiment } from './move-experiment';
import { type RolloutModel, reasonOf } from './rollout-model';

/** Takes a rollout to its next step, to its end, or back, where its evidence says so. */
export function makeAdvanceRollout(ports: {
  readonly experiments: ExperimentStore;
  readonly analyse: ReturnType<typeof makeAnalyseExperiment>;
  readonly moveExperiment: MoveExperiment;
  readonly rolloutModel: RolloutModel;
  readonly afterChange: () => Promise<void>;
  readonly clock: Clock;
}) {
  return async (experiment: Experiment, options: { readonly signal: AbortSignal }): Promise<void> => {
    const { rollout, definition } = experiment;
    if (rollout === undefined) return;
    const { experimentId } = definition;
    const question = { looks: 'at_every_look', unitsSince: rollout.stepStartedAtMs } as const;
    const analysis = await ports.analyse(experimentId, question, options);
    const serving = await ports.rolloutModel.isServing(experiment).then(
      (isServing) => ({ isServing }),
      (error: unknown) => ({ isServing: true, error }),
    );
    const decision = decideRollout({
      ...{ rollout, analysis, unitsInStep: analysis.unitsSince },
      nowMs: ports.clock().getTime(),
      isServing: serving.isServing,
    });
    // a registry that is down keeps a rollout from going on, but not from being taken back
    if ('error' in serving && decision.kind !== 'roll_back') throw serving.error;
    const move = { experimentId, actor: ITSELF, reason: decision.reason };
    switch (decision.kind) {
      case 'hold':
        return;
      case 'roll_back':
        await ports.moveExperiment.stop({ ...move, as: 'rolled_back', action: 'stop' });
        break;
      case 'complete':
        // without a model nothing would serve the new variant after the end: it goes on until somebody makes it the default
        if (rollout.model === '') return;
        await ports.rolloutModel.promote(experiment, reasonOf(experiment, `is complete: ${decision.reason}`));
        await ports.moveExperiment.stop({
          ...{ ...move, reason: `the rollout is complete: ${decision.reason}` },
          action: 'roll_out',
        });
        break;
      case 'advance':
        // first the registry, which may refuse; a step that is taken twice is the same step
        await ports.rolloutModel.follow(
          experiment,
          decision.share,
          reasonOf(experiment, `advances: ${decision.reason}`),
        );
        await advance(ports, experiment, decision);
        break;
      default:
        decision satisfies never;
    }
    movedByItself(decision.kind);
  };
}

async function advance(
  ports: { readonly experiments: ExperimentStore; readonly afterChange: () => Promise<void>; readonly clock: Clock },
  { definition: { experimentId, version } }: Experiment,
  { step, share, reason }: { readonly step: number; readonly share: number; readonly reason: string },
): Promise<void> {
  const now = ports.clock();
  await ports.experiments.change(
    experimentId,
    (at) => {
      // somebody changed it while it was looked at: the next round looks at what it is now
      if (at.definition.version !== version || at.rollout === undefined) return undefined;
      const rollout = { ...at.rollout, step, stepStartedAtMs: now.getTime() };
      return {
        after: { ...at, rollout, definition: { ...at.definition, trafficShare: share } },
        ...{ change: 'step_advanced', reason },
      };
    },
    { actor: ITSELF, now },
  );
  await ports.afterChange();
}
