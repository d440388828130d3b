import { type Experiment, ITSELF } from '../domain/experiment';
import type { Clock, ExperimentStore } from '../ports';
import { movedByItself } from '../telemetry';
import type { makeAnalyseExperiment } from './analyse-experiment';
import type { MoveExperiment } from './move-experiment';

/**
 * One round over the experiments that are not stopped: those whose time has come start and end, those that stop by themselves are
 * judged by intervals that hold at every look, rollouts go on. What fails for one is told and does not keep the others.
 */
export function makeWatchExperiments(ports: {
  readonly experiments: Pick<ExperimentStore, 'open'>;
  readonly analyse: ReturnType<typeof makeAnalyseExperiment>;
  readonly moveExperiment: MoveExperiment;
  readonly advanceRollout: (experiment: Experiment) => Promise<void>;
  readonly clock: Clock;
  readonly onFailure: (experimentId: string, error: unknown) => void;
}) {
  return async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    for (const experiment of await ports.experiments.open()) {
      if (signal.aborted) return;
      try {
        await watch(experiment, ports);
      } catch (error) {
        ports.onFailure(experiment.definition.experimentId, error);
      }
    }
  };
}

type Ports = Parameters<typeof makeWatchExperiments>[0];

async function watch(experiment: Experiment, ports: Ports): Promise<void> {
  const { experimentId, state, startsAtMs, endsAtMs } = experiment.definition;
  const nowMs = ports.clock().getTime();
  const move = (reason: string) => ({ experimentId, actor: ITSELF, reason });
  if (state === 'draft') {
    if (startsAtMs === undefined || startsAtMs > nowMs) return;
    await ports.moveExperiment.start(move('its starts_at has come'));
    movedByItself('start');
    return;
  }
  if (endsAtMs !== undefined && endsAtMs <= nowMs) {
    await ports.moveExperiment.stop(move('its ends_at has come'));
    movedByItself('end');
    return;
  }
  if (state !== 'running') return;
  if (experiment.rollout !== undefined) return ports.advanceRollout(experiment);
  if (experiment.stopsByItself) await stopIfDecided(experiment, ports);
}

async function stopIfDecided({ definition: { experimentId } }: Experiment, ports: Ports): Promise<void> {
  const { recommendation } = await ports.analyse(experimentId, { looks: 'at_every_look' });
  if (recommendation.action !== 'roll_out' && recommendation.action !== 'stop') return;
  await ports.moveExperiment.stop({ experimentId, actor: ITSELF, reason: recommendation.sentence });
  movedByItself(recommendation.action);
}
