import { stateAfter } from '@attune/experiments';
import { requireSound } from '../domain/check-experiment';
import { type ChangeKind, type Decision, type Experiment, hasModel } from '../domain/experiment';
import { placed } from '../domain/place';
import type { Changed, Clock, ExperimentStore } from '../ports';
import type { RolloutModel } from './rollout-model';
import type { TakeBackModels } from './take-back-models';

/** What is done to an experiment, by whom and why. */
export interface Move {
  readonly experimentId: string;
  readonly actor: string;
  readonly reason: string;
}

/** Starts, pauses and stops experiments. */
export interface MoveExperiment {
  /** Starts a draft, which gets its place in the layer, or goes on with a paused one. */
  start(move: Move): Promise<Experiment>;
  pause(move: Move): Promise<Experiment>;
  /** For good. The version of a rollout is taken back, at once or as soon as the registry can be reached. */
  stop(move: StopMove): Promise<Experiment>;
}

/** How an experiment ends. */
export interface StopMove extends Move {
  /** What the history calls it; `stopped` where it is not given. */
  readonly as?: Extract<ChangeKind, 'stopped' | 'rolled_back'>;
  /** What the evidence said, where the service stops it by itself. */
  readonly action?: Decision['action'];
}

/** Wires the moves of experiments. */
export function makeMoveExperiment(ports: {
  readonly experiments: ExperimentStore;
  readonly rolloutModel: RolloutModel;
  readonly takeBackModels: TakeBackModels;
  readonly afterChange: () => Promise<void>;
  readonly clock: Clock;
}): MoveExperiment {
  const move = async (
    { experimentId, actor }: Move,
    change: (before: Experiment, others: readonly Experiment[]) => Changed,
    now: Date,
  ) => {
    const moved = await ports.experiments.change(experimentId, change, { actor, now });
    await ports.afterChange();
    return moved;
  };
  return {
    start: async (wanted) => {
      const before = await ports.experiments.get(wanted.experimentId);
      stateAfter(before.definition.state, 'start');
      // the registry is asked before anything is assigned: a version that may not serve must not be promised
      const prepared = before.definition.state === 'draft' ? await ports.rolloutModel.prepare(before) : undefined;
      const now = ports.clock();
      const started = (at: Experiment, others: readonly Experiment[]) =>
        startedFrom(at, prepared?.experiment ?? before, others, now);
      try {
        return await move(
          wanted,
          (at, others) => ({ after: started(at, others), change: 'started', reason: why(wanted) }),
          now,
        );
      } catch (error) {
        // nobody is assigned, so nobody shall meet the canary; what kept it from starting is what is told
        await prepared?.undo().catch(() => undefined);
        throw error;
      }
    },
    pause: (wanted) =>
      move(
        wanted,
        (at) => ({
          after: withState(at, stateAfter(at.definition.state, 'pause')),
          change: 'paused',
          reason: why(wanted),
        }),
        ports.clock(),
      ),
    stop: async (wanted) => {
      const { as = 'stopped', action } = wanted;
      const now = ports.clock();
      const stopped = (at: Experiment): Experiment => ({
        ...withState(at, stateAfter(at.definition.state, 'stop')),
        stoppedAtMs: now.getTime(),
        ...(action === undefined ? {} : { decision: { action, sentence: why(wanted) } }),
      });
      const after = await move(
        wanted,
        (at) => ({
          ...{ after: stopped(at), change: as, reason: why(wanted) },
          takesBack: at.definition.state !== 'draft' && hasModel(at),
        }),
        now,
      );
      await ports.takeBackModels(wanted.experimentId);
      return after;
    },
  };
}

/** Started with what the registry says, unless it changed meanwhile. */
function startedFrom(before: Experiment, ready: Experiment, others: readonly Experiment[], now: Date): Experiment {
  const state = stateAfter(before.definition.state, 'start');
  const current = before.definition.version === ready.definition.version ? ready : before;
  if (before.definition.state === 'paused') return withState(before, state);
  const draft = placed(
    current,
    others.map(({ definition }) => definition),
  );
  requireSound(draft, others);
  const { rollout } = draft;
  return {
    ...draft,
    definition: { ...draft.definition, state, startedAtMs: now.getTime() },
    ...(rollout === undefined ? {} : { rollout: { ...rollout, stepStartedAtMs: now.getTime() } }),
  };
}

function withState(experiment: Experiment, state: Experiment['definition']['state']): Experiment {
  return { ...experiment, definition: { ...experiment.definition, state } };
}

const why = ({ reason }: Move) => reason || 'no reason was given';
