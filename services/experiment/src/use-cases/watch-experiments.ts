import { type Experiment, ITSELF } from '../domain/experiment';
import type { Clock, ExperimentStore } from '../ports';
import { movedByItself } from '../telemetry';
import type { makeAnalyseExperiment } from './analyse-experiment';
import type { MoveExperiment } from './move-experiment';
import type { TakeBackModels } from './take-back-models';

/**
 * One round over the experiments that are not stopped: those whose time has come start and end, those that stop by themselves are
 * judged by intervals that hold at every look, rollouts go on, and
 * the versions of those that have ended are taken back. What fails for one is told and does not keep the others.
 */
export function makeWatchExperiments(ports: {
  readonly experiments: Pick<ExperimentStore, 'open'>;
  readonly analyse: ReturnType<typeof makeAnalyseExperiment>;
  readonly moveExperiment: MoveExperiment;
  readonly advanceRollout: (experiment: Experiment, options: { readonly signal: AbortSignal }) => Promise<void>;
  readonly takeBackModels: TakeBackModels;
  readonly clock: Clock;
  readonly onFailure: (experimentId: string, error: unknown) => void;
}) {
  return async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    for (const experiment of await ports.experiments.open()) {
      if (signal.aborted) return;
      try {
        await watch(experiment, ports, signal);
      } catch (error) {
        if (signal.aborted) return;
        ports.onFailure(experiment.definition.experimentId, error);
      }
    }
    // last, for a registry that is down is waited for
    await ports.takeBackModels();
  };
}

type Ports = Parameters<typeof makeWatchExperiments>[0];

async function watch(experiment: Experiment, ports: Ports, signal: AbortSignal): Promise<void> {
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
  if (experiment.rollout !== undefined) return ports.advanceRollout(experiment, { signal });
  if (experiment.stopsByItself) await stopIfDecided(experiment, ports, signal);
}

async function stopIfDecided(
  { definition: { experimentId } }: Experiment,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  const { recommendation } = await ports.analyse(experimentId, { looks: 'at_every_look' }, { signal });
  const { action, sentence } = recommendation;
  if (action !== 'roll_out' && action !== 'stop') return;
  await ports.moveExperiment.stop({ experimentId, actor: ITSELF, reason: sentence, action });
  movedByItself(action);
}
