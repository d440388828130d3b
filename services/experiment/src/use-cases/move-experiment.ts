import { stateAfter } from '@attune/experiments';
import { requireSound } from '../domain/check-experiment';
import type { ChangeKind, Experiment } from '../domain/experiment';
import { placed } from '../domain/place';
import type { Changed, Clock, ExperimentStore } from '../ports';
import type { RolloutModel } from './rollout-model';

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
  /** For good. `as`: what the history calls it. */
  stop(move: Move, as?: Extract<ChangeKind, 'stopped' | 'rolled_back'>): Promise<Experiment>;
}

/** Wires the moves of experiments. */
export function makeMoveExperiment(ports: {
  readonly experiments: ExperimentStore;
  readonly rolloutModel: RolloutModel;
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
      const ready = before.definition.state === 'draft' ? await ports.rolloutModel.prepare(before) : before;
      const now = ports.clock();
      const started = (at: Experiment, others: readonly Experiment[]) => startedFrom(at, ready, others, now);
      try {
        return await move(
          wanted,
          (at, others) => ({ after: started(at, others), change: 'started', reason: why(wanted) }),
          now,
        );
      } catch (error) {
        // nobody is assigned, so nobody shall meet the canary; what kept it from starting is what is told
        if (ready !== before)
          await ports.rolloutModel.takeBack(ready, 'the rollout did not start').catch(() => undefined);
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
    stop: async (wanted, as = 'stopped') => {
      const now = ports.clock();
      const stopped = (at: Experiment): Experiment => ({
        ...withState(at, stateAfter(at.definition.state, 'stop')),
        stoppedAtMs: now.getTime(),
      });
      const after = await move(wanted, (at) => ({ after: stopped(at), change: as, reason: why(wanted) }), now);
      await ports.rolloutModel.takeBack(after, why(wanted));
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
